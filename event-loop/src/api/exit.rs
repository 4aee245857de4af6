//! The end on demand: `process.exit()` and `process.exitCode`.

use crate::event_loop::{Stage, with};

/// Ends the loop once the current callback has returned: nothing that is queued runs, but the `on_exit` listeners do. With `None`, as
/// `process.exit()` without a code, the code is the one of [`set_exit_code`].
///
/// Node stops in the middle of the callback. Rust code cannot be stopped on the spot without leaving values undropped, so `return` after it.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn exit(code: impl Into<Option<i32>>) {
    with(|event_loop| {
        let code = code.into().or(event_loop.exit_code.get());
        event_loop.exit_code.set(code);
        event_loop.stage.set(Stage::Stopping);
    });
}

/// Sets the code to exit with when the loop ends by itself. Node: `process.exitCode`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_exit_code(code: i32) {
    with(|event_loop| event_loop.exit_code.set(Some(code)));
}

/// Returns the code that was set. Node: `process.exitCode`.
///
/// # Panics
///
/// Outside a loop.
#[must_use]
#[track_caller]
pub fn exit_code() -> Option<i32> {
    with(|event_loop| event_loop.exit_code.get())
}
