//! What the supervisor is told, and what it says.

use crate::WorkerId;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The worker accepts work and has shown it.
    Ready(WorkerId),
    /// The worker lives.
    Heartbeat(WorkerId),
    /// Another process asked the worker to go.
    Leaving(WorkerId),
    /// The worker is gone, or could not even be started.
    Exited(WorkerId),
    /// A pulse: each worker should have been heard since the last one or two.
    HeartbeatTick,
    /// Time has passed.
    Clock,
    /// Replace all, one after the other.
    Reload,
    /// As many workers as this.
    Scale(usize),
    /// One more.
    Fork,
    /// Let this one finish and go, and do not replace it.
    Drain(WorkerId),
    /// Let all finish and go.
    Shutdown,
    /// Let all finish and go, at once: another primary serves.
    Leave,
    /// End all at once.
    Quit,
}

/// What is to be done, or to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start a worker with this id in this slot.
    Spawn(WorkerId, usize),
    /// Give it no more work, and let it finish.
    Drain(WorkerId),
    /// SIGKILL.
    Kill(WorkerId),
    /// All is over, and no worker is left.
    Finish(ShutdownReason),
    /// It was silent for too long, and is killed.
    Hung(WorkerId),
    /// It was not ready in time, and is killed.
    StartTimedOut(WorkerId),
    /// It did not finish in time, and is killed.
    DrainTimedOut(WorkerId),
    /// A reload begins.
    Reloading,
    /// The cluster goes, and serves on for a while.
    LameDuck,
    /// All workers are new ones: the reload is done.
    Reloaded,
    /// A new one failed, and the old ones go on: the reload is given up.
    ReloadFailed,
}

/// How a cluster ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShutdownReason {
    /// It was asked to, and all had the time that they needed.
    ShutDown,
    /// It was asked to, at once.
    Quit,
    /// No worker is left, and none is to come.
    NobodyLeft,
    /// No worker has ever been ready, and this slot failed too often.
    GaveUp {
        /// The slot.
        slot: usize,
        /// How often in a row.
        tries: u32,
    },
}
