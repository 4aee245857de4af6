//! What a cluster tells about its workers: `cluster.on('fork')`, `'online'`, `'listening'`, `'message'`, `'disconnect'`, `'exit'`.

use std::fmt;
use std::process::ExitStatus;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::{Address, Stats};

/// The number of a worker: 1, 2, 3 and so on, never used again. Node: `worker.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub u64);

impl fmt::Display for WorkerId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Who a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerInfo {
    /// Its number.
    pub id: WorkerId,
    /// Its place, from 0 on; its replacement has the same.
    pub slot: usize,
    /// Its process. Node: `worker.process.pid`.
    pub pid: u32,
}

impl fmt::Display for WorkerInfo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "worker {}", self.pid)
    }
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A worker was started.
    Fork(WorkerInfo),
    /// A worker could not be started.
    ForkFailed {
        /// Its place.
        slot: usize,
        /// Why.
        reason: String,
    },
    /// It runs.
    Online(WorkerInfo),
    /// It takes connections, and has answered a first request.
    Listening {
        /// Who.
        worker: WorkerInfo,
        /// Where, the same for all; the first one if there are several.
        address: Address,
    },
    /// It has sent a message.
    Message {
        /// Who.
        worker: WorkerInfo,
        /// What.
        message: Value,
    },
    /// It was told to take no more work and to finish what it has.
    Draining(WorkerInfo),
    /// Its channel is closed.
    Disconnect(WorkerInfo),
    /// It is gone.
    Exit {
        /// Who.
        worker: WorkerInfo,
        /// How.
        exit: Exit,
        /// Whether it was our will. Node: `worker.exitedAfterDisconnect`.
        voluntary: bool,
    },
    /// It showed no sign of life and is killed.
    Hung(WorkerInfo),
    /// It was not ready in time and is killed.
    StartTimedOut(WorkerInfo),
    /// It did not finish in time and is killed.
    DrainTimedOut(WorkerInfo),
    /// The cluster was asked to end, and serves on for a while, until everybody knows.
    LameDuck,
    /// A reload begins.
    Reloading,
    /// All workers are new ones.
    Reloaded,
    /// A new worker failed, for this reason, and the old ones go on.
    ReloadFailed(String),
    /// All workers serve, for the first time.
    Ready,
    /// A service has returned an error; the client was answered 500. At most one a second is told of each worker, the counter has all.
    ServiceFailed {
        /// Who.
        worker: WorkerInfo,
        /// The last error.
        reason: String,
    },
    /// A new version of the program serves, in the process of this number, and this primary ends.
    Upgraded(u32),
    /// The new version of the program did not come to serve, for this reason, and this primary goes on.
    UpgradeFailed(String),
    /// This process was started to ignore this signal, which a primary obeys (`nohup`, a background job of a script): it stays ignored.
    SignalIgnored(Signal),
    /// The primary cannot accept, for this reason, and tries again: there are no descriptors, or no memory.
    AcceptFailed(String),
    /// A SIGUSR1 asked for the state.
    State(Box<Stats>),
    /// The reader was too slow, and this many events are lost.
    Lagged(u64),
}

/// For [`crate::Cluster::on`].
impl Event {
    /// Returns the worker that listens. Node: `cluster.on('listening')`.
    pub fn listening(self) -> Option<WorkerInfo> {
        match self {
            Self::Listening { worker, .. } => Some(worker),
            _ => None,
        }
    }

    /// Returns a message and the worker that sent it. Node: `cluster.on('message')`.
    pub fn message(self) -> Option<(WorkerInfo, Value)> {
        match self {
            Self::Message { worker, message } => Some((worker, message)),
            _ => None,
        }
    }

    /// Returns the worker that takes no more work.
    pub fn draining(self) -> Option<WorkerInfo> {
        match self {
            Self::Draining(worker) => Some(worker),
            _ => None,
        }
    }

    /// Returns the worker that is gone, how it ended, and whether the primary wanted it. Node: `cluster.on('exit')`.
    pub fn exit(self) -> Option<(WorkerInfo, Exit, bool)> {
        match self {
            Self::Exit {
                worker,
                exit,
                voluntary,
            } => Some((worker, exit, voluntary)),
            _ => None,
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Code(i32),
    /// By a signal.
    Signal(Signal),
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let signal = status.signal().map(Signal::try_from);
        match signal {
            Some(Ok(signal)) => Self::Signal(signal),
            // A real-time signal has no name; a shell says it like this.
            Some(Err(_)) => Self::Code(128 + status.signal().unwrap_or(0)),
            None => Self::Code(status.code().unwrap_or(-1)),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(out, "exit status {code}"),
            Self::Signal(signal) => signal.as_str().fmt(out),
        }
    }
}
