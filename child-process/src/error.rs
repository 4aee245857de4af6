//! The one error of this crate. Where Node has a message, `Display` is Node's text; what happened before is kept.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;

use crate::{Exit, Output};

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It could not be started. Node: `error.code` is `ENOENT` or `EACCES`, for example.
    #[error("spawn {program} {:?}", .cause.errno())]
    Spawn {
        /// The program as it was named.
        program: String,
        /// Its arguments.
        args: Vec<String>,
        /// What was missing or wrong, which Node does not tell apart.
        #[source]
        cause: SpawnError,
    },

    /// It ended with another status than 0, or by a signal that was not ours.
    #[error("Command failed: {}\n{}", .0.command, .0.stderr_text())]
    Failed(Output),

    /// The time was over. Node calls it a success if the child ignores the signal and exits with 0; here it never is.
    #[error("Command failed: {}\n{}", .output.command, .output.stderr_text())]
    TimedOut {
        /// The time that it had.
        after: Duration,
        /// What it left.
        output: Output,
    },

    /// It was to be ended, and refuses to: it has changed its user (`EPERM`), or the system holds it (`EBUSY`).
    /// [`unreaped`](crate::unreaped) has its number until it ends.
    #[error("Command failed: {}: process {} cannot be killed: {errno}", .output.command, .output.pid)]
    NotKilled {
        /// What the system said.
        errno: Errno,
        /// What it has written so far.
        output: Output,
    },

    /// It was cancelled. Node: `ABORT_ERR`.
    #[error("The operation was aborted")]
    Aborted(Output),

    /// It wrote more than was to be kept. Node: `ERR_CHILD_PROCESS_STDIO_MAXBUFFER`.
    #[error("{stream} maxBuffer length exceeded")]
    MaxBuffer {
        /// `stdout` or `stderr`.
        stream: &'static str,
        /// What it left; the stream has exactly as many bytes as are allowed.
        output: Output,
    },

    /// The system refused something that is not the command's doing.
    #[error("cannot {attempt}")]
    Io {
        /// What was tried.
        attempt: &'static str,
        /// What the system said.
        source: io::Error,
    },

    /// A command was awaited outside of a tokio runtime.
    #[error("there is no tokio runtime here: `run_blocking` needs none")]
    NoRuntime,

    /// The channel was disconnected, by either end. Node: `ERR_IPC_CHANNEL_CLOSED`.
    #[error("Channel closed")]
    Disconnected,

    /// A message cannot be read as the type that was expected. It is passed over: the next one can be received.
    ///
    /// Rust's strings cannot hold a lone surrogate, and values nest at most 127 deep;
    /// `Box<serde_json::value::RawValue>` takes any message as it is.
    #[cfg(feature = "ipc")]
    #[error("cannot read a message{}: {text:?}", crate::ipc::json_lines::lone_surrogate(.source))]
    BadMessage {
        /// How it begins.
        text: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },

    /// A message cannot be written as JSON.
    #[cfg(feature = "ipc")]
    #[error("cannot write a message as JSON")]
    Unsendable(#[source] serde_json::Error),

    /// Node keeps messages whose `cmd` begins with `NODE_` to itself, and would not deliver this one.
    #[error("a message whose `cmd` is {0:?} would not be delivered: NODE_ is reserved")]
    Reserved(String),

    /// A message is longer than the receiver is willing to hold. It is skipped.
    #[error("a message is longer than {limit} bytes")]
    MessageTooLong {
        /// The most that was allowed, in bytes.
        limit: usize,
    },

    /// The parent's channel cannot be used.
    #[error("the channel that NODE_CHANNEL_FD names: {0}")]
    BadChannel(String),
}

/// What keeps a command from being started. Node says `ENOENT` whether the program or the directory is missing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// No such file, or none on the `PATH`.
    #[error("there is no such program")]
    NoProgram,
    /// The file is there; what its first line names to run it is not.
    #[error("there is no interpreter for it")]
    NoInterpreter,
    /// The working directory is not there, is no directory, or may not be entered.
    #[error("cannot enter the directory {}", .directory.display())]
    NoDirectory {
        /// The directory as it was named.
        directory: PathBuf,
        /// What the system said.
        errno: Errno,
    },
    /// Anything else: not executable (`EACCES`), too many processes (`EAGAIN`), an argument with a zero byte (`EINVAL`).
    #[error(transparent)]
    System(#[from] io::Error),
}

impl SpawnError {
    /// What the system said.
    pub fn errno(&self) -> Errno {
        match self {
            Self::NoProgram | Self::NoInterpreter => Errno::ENOENT,
            Self::NoDirectory { errno, .. } => *errno,
            Self::System(error) => error.raw_os_error().map_or(Errno::EINVAL, Errno::from_raw),
        }
    }
}

impl Error {
    /// Makes an error of what the system said about an attempt.
    pub(crate) fn io(attempt: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { attempt, source }
    }

    /// What the command has left, if it was started and is to blame.
    pub fn output(&self) -> Option<&Output> {
        match self {
            Self::Failed(output) | Self::Aborted(output) => Some(output),
            Self::TimedOut { output, .. }
            | Self::MaxBuffer { output, .. }
            | Self::NotKilled { output, .. } => Some(output),
            _ => None,
        }
    }

    /// The exit status, if it ended by itself: Node's `error.code`.
    pub fn code(&self) -> Option<i32> {
        match self.output()?.exit {
            Exit::Code(code) => Some(code),
            Exit::Signal(_) | Exit::StillRunning => None,
        }
    }

    /// The name of the signal that ended it: Node's `error.signal`.
    pub fn signal(&self) -> Option<String> {
        self.output()?.exit.signal_name()
    }

    /// Whether a signal was sent to it, by a limit or passed on: Node's `error.killed`.
    pub fn killed(&self) -> bool {
        self.output().is_some_and(|output| output.killed)
    }
}
