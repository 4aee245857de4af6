//! What a callback may return, and how it is kept until its turn.
//!
//! A JavaScript function returns or throws. A Rust callback returns `()`, or a `Result` whose `Err` is the throw: it goes to
//! [`on_uncaught`](crate::on_uncaught), or, in a future, to whoever awaits it.

use crate::trace::{self, Kind};

/// The cause of a failure, whatever its type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What callbacks and futures of the loop may return: `()`, or a `Result` with any error.
pub trait CallbackResult {
    /// What a success carries.
    type Value;

    /// The success or the failure.
    ///
    /// # Errors
    ///
    /// What the callback failed with.
    fn into_callback_result(self) -> Result<Self::Value, BoxError>;
}

impl CallbackResult for () {
    type Value = ();

    fn into_callback_result(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<T, E: Into<BoxError>> CallbackResult for Result<T, E> {
    type Value = T;

    fn into_callback_result(self) -> Result<T, BoxError> {
        self.map_err(Into::into)
    }
}

/// `|| todo!()` and `|| std::process::abort()` are callbacks too. Their type has no name yet but this one.
impl CallbackResult for <fn() -> ! as FnReturn>::Type {
    type Value = ();

    fn into_callback_result(self) -> Result<(), BoxError> {
        self
    }
}

/// Names what a function returns.
pub trait FnReturn {
    /// The type that it returns.
    type Type;
}

impl<T> FnReturn for fn() -> T {
    type Type = T;
}

/// A callback that runs once.
pub type OnceCallback = Box<dyn FnOnce() -> Result<(), BoxError>>;

/// A callback that may run again: an interval, or a timer that is refreshed.
pub type RepeatCallback = Box<dyn FnMut() -> Result<(), BoxError>>;

/// A callback as the loop keeps it; if somebody records, with a note of who scheduled it.
#[track_caller]
pub fn once_callback<R: CallbackResult>(
    kind: Kind,
    callback: impl FnOnce() -> R + 'static,
) -> OnceCallback {
    match trace::scheduled(kind) {
        None => Box::new(move || callback().into_callback_result().map(drop)),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback().into_callback_result().map(drop)
        }),
    }
}

/// The same for one that may run again.
#[track_caller]
pub fn repeat_callback<R: CallbackResult>(
    mut callback: impl FnMut() -> R + 'static,
) -> RepeatCallback {
    match trace::scheduled(Kind::Timer) {
        None => Box::new(move || callback().into_callback_result().map(drop)),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback().into_callback_result().map(drop)
        }),
    }
}
