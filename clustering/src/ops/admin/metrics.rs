//! The numbers as Prometheus reads them, in its text format 0.0.4.

use std::fmt::{Display, Write};

use crate::stats::{Stats, WorkerState, WorkerStats};

/// Names, kinds and meanings, in the order of the values in [`text`].
const OF_CLUSTER: &str = "\
uptime_seconds gauge Time since the primary started.
workers_wanted gauge How many workers there are to be.
workers_started_total counter Workers that were started.
workers_died_total counter Workers that died against our will.
workers_hung_total counter Workers that were killed because they showed no sign of life.
reloads_total counter Reloads that went through.
reloads_failed_total counter Reloads that were given up.
connections_forced_total counter Connections that were cut because a worker did not finish in time.
connections_handed_again_total counter Connections that were handed to another worker.
requests_total counter Requests that were answered.";

/// As above, of each slot.
const OF_WORKERS: &str = "\
worker_connections_open gauge Connections that are open.
worker_uptime_seconds gauge Time since the worker started.
worker_accept_errors gauge Times that no connection could be accepted, since the worker started.
worker_panics gauge Handlers that panicked, since the worker started.
worker_failures gauge Services that returned an error, since the worker started.";

/// Writes all metrics of a cluster.
pub fn text(stats: &Stats) -> String {
    let mut out = String::new();
    let totals = &stats.totals;
    let values = [
        stats.uptime.as_secs(),
        stats.wanted as u64,
        totals.started,
        totals.died,
        totals.hung,
        totals.reloads,
        totals.reloads_failed,
        totals.forced,
        totals.handed_again,
        stats.requests,
    ];
    for (metric, value) in OF_CLUSTER.lines().zip(values) {
        write(&mut out, metric, [("", String::new(), value)]);
    }
    use WorkerState::{Draining, Ending, Ready, Starting};
    let states = [Starting, Ready, Draining, Ending].map(|state| {
        let workers = stats.workers.iter();
        let count = workers.filter(|worker| worker.state == state).count();
        ("state", state.to_string(), count)
    });
    write(
        &mut out,
        "workers gauge Workers by what they are doing.",
        states,
    );
    let values: [fn(&WorkerStats) -> u64; 5] = [
        |worker| worker.counters.open,
        |worker| worker.uptime.as_secs(),
        |worker| worker.counters.accept_errors,
        |worker| worker.counters.panics,
        |worker| worker.counters.failures,
    ];
    for (metric, value) in OF_WORKERS.lines().zip(values) {
        let workers = newest(stats).map(|one| ("slot", one.slot.to_string(), value(one)));
        write(&mut out, metric, workers);
    }
    out
}

/// Returns the newest worker of each slot: two lines of the same name are not allowed.
fn newest(stats: &Stats) -> impl Iterator<Item = &WorkerStats> {
    let newer =
        |one: &WorkerStats, other: &WorkerStats| other.slot == one.slot && other.id > one.id;
    let workers = stats.workers.iter();
    workers.filter(move |worker| !stats.workers.iter().any(|other| newer(worker, other)))
}

/// Writes one metric: a label, what it says, and the value, of each.
fn write<V: Display>(
    out: &mut String,
    metric: &str,
    values: impl IntoIterator<Item = (&'static str, String, V)>,
) {
    let mut words = metric.splitn(3, ' ').map(str::to_owned);
    let [name, kind, help] = std::array::from_fn(|_| words.next().unwrap_or_default());
    let mut line = |text: String| writeln!(out, "{text}").expect("a String takes all");
    line(format!("# HELP cluster_{name} {help}"));
    line(format!("# TYPE cluster_{name} {kind}"));
    for (label, of, value) in values {
        line(match label {
            "" => format!("cluster_{name} {value}"),
            _ => format!("cluster_{name}{{{label}=\"{of}\"}} {value}"),
        });
    }
}
