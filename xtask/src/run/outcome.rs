//! The outcome of a run: how it ended, what it printed, which processes it left, what it used.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::Signal;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Exited(i32),
    TimedOut,
    /// By a signal, by too much output, or because of an interrupt.
    Stopped(String),
}

impl End {
    /// Returns how a process ended by itself.
    pub fn of(status: ExitStatus) -> Self {
        let signal = status.signal().map(Signal::try_from);
        let signal = signal.and_then(Result::ok);
        let by = signal.map_or("an unknown signal", Signal::as_str);
        let stopped = || Self::Stopped(format!("ended by {by}"));
        status.code().map_or_else(stopped, Self::Exited)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exited with {status}"),
            Self::TimedOut => f.write_str("took too long"),
            Self::Stopped(how) => f.write_str(how),
        }
    }
}

/// What a run printed, how it ended, and the processes that outlived it (all of them are dead by now).
#[derive(Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub leaked: Vec<String>,
    pub seconds: f64,
    /// What it and those that it waited for took on all cores, in user code and in the system.
    pub cpu: Duration,
    /// Of the largest process among them. A process starts with what its parent had at the time, a few MiB.
    pub peak_kib: u64,
}

impl Outcome {
    /// Whether it exited by itself, so that its output is whole.
    pub fn has_ended(&self) -> bool {
        matches!(self.end, End::Exited(_))
    }

    /// Whether it exited with 0 and left nothing behind.
    pub fn is_good(&self) -> bool {
        self.end == End::Exited(0) && self.leaked.is_empty()
    }
}
