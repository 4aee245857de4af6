//! The one error of this crate.

use std::io;

use crate::Address;

/// What was tried and failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on: taken (`EADDRINUSE`), not ours (`EADDRNOTAVAIL`), not allowed (`EACCES`). No worker was started.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: Address,
        /// What the system said.
        source: io::Error,
    },

    /// A variable of the environment says what cannot be.
    #[error("{name}: {rule}: {text:?}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// What it says.
        text: String,
        /// What it should say.
        rule: &'static str,
    },

    /// The text is no address and no name of one.
    #[error("no address to listen on: {text:?}")]
    Address {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: io::Error,
    },

    /// The program that workers run cannot be found.
    #[error("cannot find the program of the workers")]
    Program(#[source] io::Error),

    /// No worker has ever been ready.
    #[error(
        "no worker could be started: slot {slot} failed {tries} times in a row, at last with {last}"
    )]
    CrashLoop {
        /// The slot.
        slot: usize,
        /// How often.
        tries: u32,
        /// What happened the last time.
        last: String,
    },

    /// This process was not started by a cluster.
    #[error("this process is no worker of a cluster")]
    NoWorker,

    /// A runtime cannot wait for another one.
    #[error("serve_blocking was called in a runtime: await serve instead")]
    InRuntime,

    /// The primary is gone.
    #[error("the primary of this worker is gone")]
    Orphaned,

    /// The primary has another version of this crate.
    #[error("the primary sends what this worker does not understand")]
    Protocol(#[source] io::Error),

    /// The worker is gone, or has not begun to listen to messages.
    #[error("there is no worker {id}")]
    Gone {
        /// The worker.
        id: crate::WorkerId,
    },

    /// The cluster has ended.
    #[error("the cluster has ended")]
    Ended,

    /// A message is too long.
    #[error("a message of {bytes} bytes is longer than the {limit} that are sent")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most there may be.
        limit: usize,
    },

    /// A message cannot be written as JSON, or is nested too deeply to be read again.
    #[error("a message that cannot be sent as JSON")]
    Unsendable(#[source] serde_json::Error),

    /// The system refused something else.
    #[error("cannot {attempt}")]
    Io {
        /// What was tried.
        attempt: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// The words of the system without the number that says it again.
pub fn strip_os_error(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(end) = text.find(" (os error ") {
        text.truncate(end);
    }
    text
}

impl Error {
    /// For `map_err`: what was tried.
    pub(crate) fn io(attempt: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { attempt, source }
    }
}
