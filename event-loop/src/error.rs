//! The one error of this crate: what ended a callback, a promise or the loop.
//!
//! It can be cloned, as a JavaScript error can be seen by several listeners: the cause is shared.

use std::any::Any;
use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::callback::BoxError;

/// Why a callback, a promise or a loop failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A callback returned an error. Node: an exception that nobody caught.
    #[error("uncaught error")]
    Uncaught(#[source] SharedError),

    /// The future behind a [`Promise`](crate::Promise) returned an error.
    #[error("rejected")]
    Rejected(#[source] SharedError),

    /// A promise was rejected, and nobody awaited it.
    #[error("unhandled rejection")]
    UnhandledRejection(#[source] Arc<Error>),

    /// A callback, a future or a job of the pool panicked.
    #[error("panicked: {0}")]
    Panicked(String),

    /// An [`AbortSignal`](crate::AbortSignal) ended it. Node: `ABORT_ERR`.
    #[error("the operation was aborted")]
    Aborted(#[source] SharedError),

    /// The main future waits for something that can never come. Node: a warning, and exit code 13.
    #[error("main never settles: nothing is left that could wake it")]
    Unsettled,

    /// The operating system gave no threads, files or memory to begin with.
    #[error("the event loop cannot start")]
    Start(#[source] SharedError),

    /// A program could not be [recorded under Node](crate::NodeRun::record).
    #[error("{} under Node ({})", program.display(), node.display())]
    Node {
        /// The Node that was to run it.
        node: PathBuf,
        /// The program.
        program: PathBuf,
        /// What was in the way.
        #[source]
        cause: SharedError,
    },
}

/// A cause that several can hold.
#[derive(Clone, Debug)]
pub struct SharedError(Arc<dyn StdError + Send + Sync>);

impl SharedError {
    /// The cause itself, to be asked for its type: `shared.get().downcast_ref::<io::Error>()`.
    #[must_use]
    pub fn get(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl From<BoxError> for SharedError {
    fn from(error: BoxError) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for SharedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for SharedError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl Error {
    /// An error of this crate that went through a `Box` on its way is that error still.
    pub(crate) fn from_cause(cause: BoxError, wrap: fn(SharedError) -> Self) -> Self {
        match cause.downcast::<Self>() {
            Ok(own) => *own,
            Err(other) => wrap(other.into()),
        }
    }

    pub(crate) fn start(error: io::Error) -> Self {
        Self::Start(BoxError::from(error).into())
    }

    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(text.unwrap_or("no message").to_owned())
    }
}
