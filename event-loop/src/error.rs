//! The one error of this crate: what ended a callback, a promise or the loop.
//!
//! It can be cloned, since several listeners may see the same JavaScript error: the cause is shared.

use std::any::Any;
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use crate::callback::BoxError;

/// Why a callback, a promise or a loop failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A callback returned an error. Node: an uncaught exception.
    #[error("uncaught error")]
    Uncaught(#[source] SharedError),

    /// The future behind a [`Promise`](crate::Promise) returned an error.
    #[error("rejected")]
    Rejected(#[source] SharedError),

    /// A promise was rejected, and nothing awaited it.
    #[error("unhandled rejection")]
    UnhandledRejection(#[source] Arc<Error>),

    /// `Promise::any` had no promise that succeeded. Node: `AggregateError`.
    #[error("All promises were rejected")]
    AllRejected(Arc<[Error]>),

    /// A callback, a future or a job of the thread pool panicked.
    #[error("panicked: {0}")]
    Panicked(String),

    /// An `AbortSignal` ended it. Node: `ABORT_ERR`.
    #[error("The operation was aborted")]
    Aborted(#[source] SharedError),

    /// The main future waits for something that can never come. Node: a warning, and exit code 13.
    #[error("main never settles: nothing is left that could wake it")]
    Unsettled,

    /// The operating system refused the threads, files or memory to begin with.
    #[error("the event loop cannot start")]
    Start(#[source] SharedError),

    /// A program could not be [recorded under Node](crate::NodeProgram::record).
    #[cfg(feature = "trace")]
    #[error("{} under Node ({})", program.display(), node.display())]
    Node {
        /// The Node that was to run it.
        node: std::path::PathBuf,
        /// The program.
        program: std::path::PathBuf,
        /// What was in the way.
        #[source]
        cause: SharedError,
    },
}

/// A cause that several errors can hold. It can be asked for its type: `shared.downcast_ref::<io::Error>()`.
pub type SharedError = Arc<dyn StdError + Send + Sync>;

/// What `?` makes of an error of tokio or std in a future of the loop.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Rejected(BoxError::from(error).into())
    }
}

impl From<BoxError> for Error {
    fn from(error: BoxError) -> Self {
        Self::from_cause(error, Self::Rejected)
    }
}

impl Error {
    /// Returns the innermost cause: what a callback returned as `Err`, or the reason of an abort. Node: the error that was thrown.
    #[must_use]
    pub fn root_cause(&self) -> &(dyn StdError + 'static) {
        let mut cause: &(dyn StdError + 'static) = self;
        while let Some(source) = cause.source() {
            cause = source;
        }
        cause
    }

    /// Wraps a cause, unless it is an error of this crate that went through a `Box`.
    pub(crate) fn from_cause(cause: BoxError, wrap: fn(SharedError) -> Self) -> Self {
        match cause.downcast::<Self>() {
            Ok(own) => *own,
            Err(other) => wrap(other.into()),
        }
    }

    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(text.unwrap_or("no message").to_owned())
    }
}
