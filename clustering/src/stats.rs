//! What a cluster is doing, in numbers.

use std::time::Duration;

use serde::Serialize;

use crate::message::Counters;

/// A cluster at one moment.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Stats {
    /// How long it has been running.
    pub uptime: Duration,
    /// How many workers there are to be.
    pub wanted: usize,
    /// Whether it is on its way out.
    pub ending: bool,
    /// The workers by their number.
    pub workers: Vec<WorkerStats>,
    /// What has happened so far.
    pub totals: Totals,
}

/// One worker. What it has done is what it said last, at most a second ago.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WorkerStats {
    /// Its number.
    pub id: u64,
    /// Its place.
    pub slot: usize,
    /// Its process.
    pub pid: u32,
    /// `starting`, `ready`, `draining` or `ending`.
    pub state: &'static str,
    /// How long it has been running.
    pub uptime: Duration,
    /// What it has done.
    pub counters: Counters,
}

/// What has happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Workers that were started.
    pub started: u64,
    /// Workers that died against our will.
    pub died: u64,
    /// Workers that were killed because they showed no sign of life.
    pub hung: u64,
    /// Reloads that went through.
    pub reloads: u64,
    /// Reloads that were given up.
    pub reloads_failed: u64,
    /// Connections that were cut because a worker did not finish in time.
    pub forced: u64,
    /// Connections that were handed to another worker, since the first one could not take them or died before.
    pub handed_again: u64,
    /// Requests that workers which are gone had answered.
    pub requests_of_the_gone: u64,
}
