//! The numbers as Prometheus reads them, in its text format 0.0.4.

use std::fmt::Write;

use crate::stats::{Stats, WorkerStats};

/// All metrics of a cluster.
pub fn text(stats: &Stats) -> String {
    let mut out = String::new();
    let totals = &stats.totals;
    gauge(
        &mut out,
        "cluster_uptime_seconds",
        "Time since the primary started.",
        stats.uptime.as_secs_f64(),
    );
    gauge(
        &mut out,
        "cluster_workers_wanted",
        "How many workers there are to be.",
        stats.wanted as f64,
    );
    let counters = [
        (
            "workers_started",
            "Workers that were started.",
            totals.started,
        ),
        (
            "workers_died",
            "Workers that died against our will.",
            totals.died,
        ),
        (
            "workers_hung",
            "Workers that were killed because they showed no sign of life.",
            totals.hung,
        ),
        ("reloads", "Reloads that went through.", totals.reloads),
        (
            "reloads_failed",
            "Reloads that were given up.",
            totals.reloads_failed,
        ),
        (
            "connections_forced",
            "Connections that were cut because a worker did not finish in time.",
            totals.forced,
        ),
        (
            "connections_handed_again",
            "Connections that were handed to another worker.",
            totals.handed_again,
        ),
        ("requests", "Requests that were answered.", stats.requests),
    ];
    for (name, help, value) in counters {
        head(&mut out, &format!("cluster_{name}_total"), help, "counter");
        line(&mut out, &format!("cluster_{name}_total"), value);
    }
    head(
        &mut out,
        "cluster_workers",
        "Workers by what they are doing.",
        "gauge",
    );
    for state in ["starting", "ready", "draining", "ending"] {
        let count = stats
            .workers
            .iter()
            .filter(|worker| worker.state == state)
            .count();
        line(
            &mut out,
            &format!("cluster_workers{{state=\"{state}\"}}"),
            count,
        );
    }
    by_worker(
        &mut out,
        stats,
        "connections_open",
        "Connections that are open.",
        |worker| worker.counters.open,
    );
    by_worker(
        &mut out,
        stats,
        "uptime_seconds",
        "Time since the worker started.",
        |worker| worker.uptime.as_secs(),
    );
    by_worker(
        &mut out,
        stats,
        "accept_errors",
        "Times that no connection could be accepted, since the worker started.",
        |worker| worker.counters.accept_errors,
    );
    by_worker(
        &mut out,
        stats,
        "panics",
        "Handlers that panicked, since the worker started.",
        |worker| worker.counters.panics,
    );
    out
}

/// The newest worker of each slot: two lines of the same name are not allowed.
fn by_worker(
    out: &mut String,
    stats: &Stats,
    name: &str,
    help: &str,
    value: impl Fn(&WorkerStats) -> u64,
) {
    let name = format!("cluster_worker_{name}");
    head(out, &name, help, "gauge");
    for worker in &stats.workers {
        let newer = |other: &WorkerStats| other.slot == worker.slot && other.id > worker.id;
        if !stats.workers.iter().any(newer) {
            line(
                out,
                &format!("{name}{{slot=\"{}\"}}", worker.slot),
                value(worker),
            );
        }
    }
}

fn gauge(out: &mut String, name: &str, help: &str, value: f64) {
    head(out, name, help, "gauge");
    line(out, name, value);
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("a String takes all");
}

fn line(out: &mut String, name: &str, value: impl std::fmt::Display) {
    writeln!(out, "{name} {value}").expect("a String takes all");
}
