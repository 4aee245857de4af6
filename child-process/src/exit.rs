//! How a process ended, and what it left: Node's `code`, `signal`, `stdout` and `stderr`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use nix::sys::signal::Signal;

/// How a process ended. Node has two fields for it, of which one is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It ended by itself with this status, 0 to 255.
    Code(i32),
    /// This signal ended it; the number, since real-time signals have no name.
    Signal(i32),
    /// It has not ended: [`Error::NotKilled`](crate::Error::NotKilled). In Node both fields are null.
    StillRunning,
}

impl Exit {
    /// Whether it ended by itself with status 0.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }

    /// The name of the signal that ended it, as Node has it: `SIGTERM`.
    pub fn signal_name(self) -> Option<String> {
        let Self::Signal(number) = self else {
            return None;
        };
        let name = Signal::try_from(number).map(|signal| signal.as_str().to_owned());
        Some(name.unwrap_or_else(|_| format!("SIG{number}")))
    }
}

/// `exit code 3`, `SIGTERM`.
impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(_) => f.write_str(&self.signal_name().unwrap_or_default()),
            Self::StillRunning => f.write_str("still running"),
        }
    }
}

/// What a process has left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The command line: Node's `error.cmd`.
    pub command: Box<str>,
    /// Its process number.
    pub pid: u32,
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to its stdout, as far as it was kept.
    pub stdout: Vec<u8>,
    /// What it wrote to its stderr, as far as it was kept.
    pub stderr: Vec<u8>,
    /// Whether a signal was sent to it, by a limit or passed on: Node's `killed`.
    pub killed: bool,
    /// From its start to its end.
    pub elapsed: Duration,
}

impl Output {
    /// [`Self::stdout`] as text, with U+FFFD for bytes that are not UTF-8, as Node's `stdout` is.
    pub fn stdout_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// [`Self::stderr`] as text, with U+FFFD for bytes that are not UTF-8, as Node's `stderr` is.
    pub fn stderr_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }
}
