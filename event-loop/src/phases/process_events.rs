//! The end: what is called when nothing is left to do, when the loop exits, and when something failed.
//!
//! Node's `process.on('beforeExit' | 'exit' | 'uncaughtException' | ...)`, `process.exit()` and `process.exitCode`.

use crate::callback::CallbackResult;
use crate::data::listeners::Listeners;
use crate::error::Error;
use crate::event_loop::{EventLoop, with};
use crate::phases::microtasks::catch_panic;

/// Calls `listener` with the exit code whenever nothing is left to do; what it schedules revives the loop.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_before_exit<R: CallbackResult>(mut listener: impl FnMut(i32) -> R + 'static) {
    with(|event_loop| event_loop.on_before_exit.add(move |code| listener(*code)));
}

/// Calls `listener` with the exit code at the very end; what it schedules never runs.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_exit<R: CallbackResult>(mut listener: impl FnMut(i32) -> R + 'static) {
    with(|event_loop| event_loop.on_exit.add(move |code| listener(*code)));
}

/// Calls `listener` with every error that nobody caught: of a callback, a panic, or a rejection that has no listener of its own.
/// Without any listener such an error ends the loop with code 1; an error in the listener ends it with code 7.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_uncaught<R: CallbackResult>(listener: impl FnMut(&Error) -> R + 'static) {
    with(|event_loop| event_loop.on_uncaught.add(listener));
}

/// Calls `listener` with the error of every promise that failed and was not awaited by the end of that drain.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_unhandled_rejection<R: CallbackResult>(listener: impl FnMut(&Error) -> R + 'static) {
    with(|event_loop| event_loop.on_unhandled_rejection.add(listener));
}

/// Calls `listener` when a promise that was reported as unhandled is awaited after all.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_rejection_handled<R: CallbackResult>(listener: impl FnMut(&Error) -> R + 'static) {
    with(|event_loop| event_loop.on_rejection_handled.add(listener));
}

/// Ends the loop with `code` once the callback of now has returned: nothing that is queued runs, but the `on_exit` listeners do.
///
/// Node stops in the middle of the callback. Rust code cannot be stopped on the spot without leaving values undropped, so `return` after it.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn exit(code: i32) {
    with(|event_loop| {
        event_loop.exit_code.set(Some(code));
        event_loop.stopping.set(true);
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

impl EventLoop {
    /// Calls the listeners that are there now. One that fails is an uncaught error and ends the round.
    pub fn emit<A>(&self, event: &Listeners<A>, about: &A) {
        let listeners = event.snapshot();
        for listener in listeners {
            if !self.call(|| (listener.borrow_mut())(about)) {
                return;
            }
        }
    }

    /// Gives an error to those who listen; without any, the loop ends.
    pub fn uncaught(&self, error: Error) {
        let listeners = self.on_uncaught.snapshot();
        if listeners.is_empty() || self.closed.get() {
            return self.exit_with_error(error, 1);
        }
        for listener in listeners {
            if let Err(own) = catch_panic(|| (listener.borrow_mut())(&error)) {
                return self.exit_with_error(own, 7);
            }
        }
        self.empty_immediate();
    }

    fn exit_with_error(&self, error: Error, code: i32) {
        self.exit_code.set(Some(code));
        self.stopping.set(true);
        self.fatal.borrow_mut().get_or_insert(error);
    }
}
