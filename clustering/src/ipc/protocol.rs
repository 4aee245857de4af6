//! What primary and worker say to each other. Node has `NODE_CLUSTER` messages for it, in `lib/internal/cluster`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::BackOff;

/// Changes with every change of the messages: a worker of another version than its primary is refused, and the old ones serve on.
pub const PROTOCOL: u32 = 5;

/// From the primary to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub enum PrimaryMessage {
    /// The first message: how to serve.
    Start(Box<Settings>),
    /// Accept from the listener that comes along.
    Listen,
    /// Serve these connections, which come along and are numbered from `first`.
    Connections {
        /// The number of the first one.
        first: u64,
        /// How many were sent; fewer arrive where there are no descriptors left.
        count: u64,
    },
    /// Answer one request on the socket that comes along, to show that you can.
    Probe,
    /// No more work will come: finish what you have, then exit.
    Drain {
        /// Of each listener, whether this worker is one of the last: it empties the queue first.
        last: Vec<bool>,
    },
    /// Something that the program says.
    Program(Value),
}

/// From a worker to the primary.
#[derive(Debug, Serialize, Deserialize)]
pub enum WorkerMessage {
    /// It runs, and speaks this protocol.
    Online {
        /// [`PROTOCOL`] as it was compiled.
        protocol: u32,
    },
    /// Connections have arrived: those from `first` on are its own now, but for the last `refused`, for which it had no descriptors.
    Taken {
        /// The number of the first one.
        first: u64,
        /// How many of them it has.
        taken: u64,
        /// How many of them it has not.
        refused: u64,
        /// How many connections it has open, these among them.
        open: u64,
    },
    /// Connections were closed.
    Closed {
        /// How many it still has.
        open: u64,
    },
    /// Once a second, as a sign of life.
    Heartbeat {
        /// What it has done.
        counters: Counters,
        /// What a service has failed with since the last one.
        failure: Option<String>,
    },
    /// It got a SIGTERM, and asks to be drained.
    Leaving,
    /// It has finished; `forced` connections were cut because the time was over.
    Drained {
        /// How many were cut.
        forced: u64,
        /// What it has done.
        counters: Counters,
    },
    /// Something that the program says.
    Program(Value),
}

/// What a worker has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Connections that are open.
    pub open: u64,
    /// Connections since its start.
    pub connections: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Handlers that panicked.
    pub panics: u64,
    /// Services that returned an error.
    pub failures: u64,
    /// Times that no connection could be accepted, for want of descriptors or memory.
    pub accept_errors: u64,
}

/// The times and limits of a cluster. The primary decides, so that all workers are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Whether a worker that died is replaced; [`Builder::respawn`](crate::Builder::respawn) may say no as well.
    pub respawn: bool,
    /// When it is replaced.
    pub backoff: BackOff,
    /// How long a worker may take until it has answered its first request.
    pub start_timeout: Duration,
    /// How long a worker may show no sign of life before it is replaced. A handler that computes for longer without awaiting anything counts as hung.
    pub heartbeat_timeout: Duration,
    /// How many workers a reload replaces at once, at least one. A worker that leaves may take as long as its longest answer, and the next one waits for it.
    pub reload_batch: usize,
    /// How long the cluster goes on to serve after it was asked to end, while it says already that it is not ready: until a proxy that asks for its health
    /// has noticed.
    pub lame_duck: Duration,
    /// How long a worker that is on its way out keeps idle connections open, for a request that may be on its way.
    pub idle_grace: Duration,
    /// How long a worker that is on its way out may take for what it has begun.
    pub drain_timeout: Duration,
    /// The most connections of a worker at once.
    pub max_connections: u64,
    /// How long a request's head may take, and how long a connection may stay idle.
    pub head_timeout: Duration,
    /// How long a body may pause.
    pub body_pause: Duration,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// The most bytes of a body.
    pub body_bytes: u64,
    /// The most bytes of a head, at least 8 KiB.
    pub head_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            respawn: true,
            backoff: BackOff::default(),
            start_timeout: Duration::from_secs(10),
            heartbeat_timeout: Duration::from_secs(3),
            reload_batch: 1,
            lame_duck: Duration::ZERO,
            idle_grace: Duration::from_secs(1),
            drain_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            head_timeout: Duration::from_secs(30),
            body_pause: Duration::from_secs(10),
            body_timeout: Duration::from_secs(300),
            body_bytes: 1 << 20,
            head_bytes: 16 * 1024,
        }
    }
}
