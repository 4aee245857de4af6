//! The numbers as Prometheus reads them, in its text format 0.0.4.

use std::fmt::Write;

use crate::stats::{Stats, WorkerState, WorkerStats};

/// A name, what it means, and where it is.
type Metric<S> = (&'static str, &'static str, fn(&S) -> f64);

const GAUGES: [Metric<Stats>; 2] = [
    (
        "uptime_seconds",
        "Time since the primary started.",
        |stats| stats.uptime.as_secs_f64(),
    ),
    (
        "workers_wanted",
        "How many workers there are to be.",
        |stats| stats.wanted as f64,
    ),
];

const COUNTERS: [Metric<Stats>; 8] = [
    ("workers_started", "Workers that were started.", |stats| {
        stats.totals.started as f64
    }),
    (
        "workers_died",
        "Workers that died against our will.",
        |stats| stats.totals.died as f64,
    ),
    (
        "workers_hung",
        "Workers that were killed because they showed no sign of life.",
        |stats| stats.totals.hung as f64,
    ),
    ("reloads", "Reloads that went through.", |stats| {
        stats.totals.reloads as f64
    }),
    ("reloads_failed", "Reloads that were given up.", |stats| {
        stats.totals.reloads_failed as f64
    }),
    (
        "connections_forced",
        "Connections that were cut because a worker did not finish in time.",
        |stats| stats.totals.forced as f64,
    ),
    (
        "connections_handed_again",
        "Connections that were handed to another worker.",
        |stats| stats.totals.handed_again as f64,
    ),
    ("requests", "Requests that were answered.", |stats| {
        stats.requests as f64
    }),
];

const OF_WORKERS: [Metric<WorkerStats>; 5] = [
    ("connections_open", "Connections that are open.", |worker| {
        worker.counters.open as f64
    }),
    (
        "uptime_seconds",
        "Time since the worker started.",
        |worker| worker.uptime.as_secs() as f64,
    ),
    (
        "accept_errors",
        "Times that no connection could be accepted, since the worker started.",
        |worker| worker.counters.accept_errors as f64,
    ),
    (
        "panics",
        "Handlers that panicked, since the worker started.",
        |worker| worker.counters.panics as f64,
    ),
    (
        "failures",
        "Services that returned an error, since the worker started.",
        |worker| worker.counters.failures as f64,
    ),
];

/// Writes all metrics of a cluster.
pub fn text(stats: &Stats) -> String {
    let mut out = String::new();
    for (name, help, value) in GAUGES {
        head(&mut out, &format!("cluster_{name}"), help, "gauge");
        line(&mut out, &format!("cluster_{name}"), value(stats));
    }
    for (name, help, value) in COUNTERS {
        head(&mut out, &format!("cluster_{name}_total"), help, "counter");
        line(&mut out, &format!("cluster_{name}_total"), value(stats));
    }
    let help = "Workers by what they are doing.";
    head(&mut out, "cluster_workers", help, "gauge");
    for (name, state) in [
        ("starting", WorkerState::Starting),
        ("ready", WorkerState::Ready),
        ("draining", WorkerState::Draining),
        ("ending", WorkerState::Ending),
    ] {
        let workers = stats.workers.iter();
        let count = workers.filter(|worker| worker.state == state).count();
        let name = format!("cluster_workers{{state=\"{name}\"}}");
        line(&mut out, &name, count as f64);
    }
    for (name, help, value) in OF_WORKERS {
        let name = format!("cluster_worker_{name}");
        head(&mut out, &name, help, "gauge");
        for worker in newest(stats) {
            line(
                &mut out,
                &format!("{name}{{slot=\"{}\"}}", worker.slot),
                value(worker),
            );
        }
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

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("a String takes all");
}

fn line(out: &mut String, name: &str, value: f64) {
    writeln!(out, "{name} {value}").expect("a String takes all");
}
