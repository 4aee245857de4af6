//! What a callback may return, and how it is kept until its turn.
//!
//! A JavaScript function returns or throws. A Rust callback returns `()`, or a `Result` whose `Err` is the throw: it goes to
//! [`on_uncaught`](crate::on_uncaught), or, in a future, to whoever awaits it.

use crate::trace::{self, Kind};

/// The cause of a failure, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What callbacks and futures of the loop may return: `()`, or a `Result` with any error.
pub trait Outcome {
    /// What a success carries.
    type Value;

    /// The success or the failure.
    ///
    /// # Errors
    ///
    /// What the callback failed with.
    fn outcome(self) -> Result<Self::Value, BoxError>;
}

impl Outcome for () {
    type Value = ();

    fn outcome(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<T, E: Into<BoxError>> Outcome for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<T, BoxError> {
        self.map_err(Into::into)
    }
}

/// `|| todo!()` and `|| std::process::abort()` are callbacks too. Their type has no name yet but this one.
impl Outcome for <fn() -> ! as Returns>::Type {
    type Value = ();

    fn outcome(self) -> Result<(), BoxError> {
        self
    }
}

/// Names what a function returns.
pub trait Returns {
    /// The type that it returns.
    type Type;
}

impl<T> Returns for fn() -> T {
    type Type = T;
}

/// A callback that runs once.
pub type Job = Box<dyn FnOnce() -> Result<(), BoxError>>;

/// A callback that may run again: an interval, or a timer that is refreshed.
pub type Repeatable = Box<dyn FnMut() -> Result<(), BoxError>>;

/// A callback as the loop keeps it; if somebody records, with a note of who scheduled it.
#[track_caller]
pub fn job<R: Outcome>(kind: Kind, callback: impl FnOnce() -> R + 'static) -> Job {
    match trace::scheduled(kind) {
        None => Box::new(move || callback().outcome().map(drop)),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback().outcome().map(drop)
        }),
    }
}

/// The same for one that may run again.
#[track_caller]
pub fn repeatable<R: Outcome>(mut callback: impl FnMut() -> R + 'static) -> Repeatable {
    match trace::scheduled(Kind::Timer) {
        None => Box::new(move || callback().outcome().map(drop)),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback().outcome().map(drop)
        }),
    }
}
