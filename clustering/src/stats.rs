//! What a cluster is doing, in numbers.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ipc::protocol::Counters;

/// A cluster at one moment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// Requests that were answered, by all workers that there ever were.
    pub requests: u64,
    /// What has happened so far.
    pub totals: Totals,
}

impl Stats {
    /// Returns it as a line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and words are JSON")
    }

    /// How many workers serve.
    pub fn ready(&self) -> usize {
        let ready = |worker: &&WorkerStats| worker.state == WorkerState::Ready;
        self.workers.iter().filter(ready).count()
    }

    /// Returns whether requests should be sent here: a worker serves, and the cluster is not ending.
    pub fn is_ready(&self) -> bool {
        self.ready() > 0 && !self.ending
    }
}

/// One worker. What it has done is what it said last, at most a second ago.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkerStats {
    /// Its number.
    pub id: u64,
    /// Its place.
    pub slot: usize,
    /// Its process.
    pub pid: u32,
    /// What it is doing.
    pub state: WorkerState,
    /// How long it has been running.
    pub uptime: Duration,
    /// What it has done.
    pub counters: Counters,
}

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkerState {
    /// It has not answered its first request yet.
    Starting,
    /// It serves.
    Ready,
    /// It finishes what it has.
    Draining,
    /// It was killed, or has ended.
    Ending,
}

impl fmt::Display for WorkerState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&format!("{self:?}").to_lowercase())
    }
}

/// What has happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}
