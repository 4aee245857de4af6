//! What a callback may return, and how the loop keeps it until it runs.
//!
//! A JavaScript function returns or throws. A Rust callback returns `()`, or a `Result` whose `Err` is the throw: it goes to
//! `on_uncaught`, or, in a future, to the code that awaits it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::Error;
use crate::probe;

/// The cause of a failure, of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What callbacks and futures of the loop may return: `()`, or a `Result` with any error.
pub trait CallbackResult {
    /// What a success carries.
    type Value;

    /// Returns the success or the failure.
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

/// A callback that never returns, such as `|| std::process::abort()`. On stable Rust its return type `!` can be named only in this way.
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

/// What takes the loop's time: a phase, or a callback in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
#[cfg_attr(feature = "trace", derive(serde::Deserialize))]
pub enum SpanKind {
    Main,
    Poll,
    Check,
    Close,
    Timers,
    Tick,
    Microtask,
    Task,
    Immediate,
    Timer,
    JobDone,
    CloseCallback,
}

/// A callback that runs once.
pub type OnceCallback = Box<dyn FnOnce() -> Result<(), BoxError>>;

/// A callback that may run again: an interval, or a timer that is refreshed.
pub type RepeatCallback = Box<dyn FnMut() -> Result<(), BoxError>>;

/// Boxes a callback; while a recording is on, it also notes which line scheduled it.
#[track_caller]
pub fn once_callback<R: CallbackResult>(
    kind: SpanKind,
    callback: impl FnOnce() -> R + 'static,
) -> OnceCallback {
    let callback = move || callback().into_callback_result().map(drop);
    match probe::scheduled(kind, None) {
        None => Box::new(callback),
        Some(noted) => Box::new(move || noted.run(callback)),
    }
}

/// Boxes a callback that may run again.
#[track_caller]
pub fn repeat_callback<R: CallbackResult>(
    mut callback: impl FnMut() -> R + 'static,
) -> RepeatCallback {
    let mut callback = move || callback().into_callback_result().map(drop);
    match probe::scheduled(SpanKind::Timer, None) {
        None => Box::new(callback),
        Some(noted) => Box::new(move || noted.run(&mut callback)),
    }
}

/// Runs a callback. To the loop, a panic is an error like any other.
pub fn catch_panic(callback: impl FnOnce() -> Result<(), BoxError>) -> Result<(), Error> {
    // What a panic left half done belongs to the callback: the loop holds no borrow meanwhile.
    match catch_unwind(AssertUnwindSafe(callback)) {
        Ok(result) => result.map_err(|error| Error::from_cause(error, Error::Uncaught)),
        Err(panic) => Err(Error::panicked(&*panic)),
    }
}
