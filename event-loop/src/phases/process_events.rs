//! The end: what is called when nothing is left to do, when the loop exits, and when something failed.
//!
//! Node's `process.on('beforeExit' | 'exit' | 'uncaughtException' | ...)`, `process.exit()` and `process.exitCode`.

use crate::callback::{CallbackResult, catch_panic};
pub use crate::data::listeners::ProcessEvent;
use crate::data::listeners::{ListenerId, Occurrence};
use crate::error::Error;
use crate::event_loop::{EventLoop, LoopKey, Stage, schedule, with};

/// A listener that was added. Dropping it changes nothing: the listener stays. Node: what `process.off` takes.
#[derive(Debug)]
pub struct Listener(LoopKey<ListenerId>);

impl Listener {
    /// Calls it once at most. Node: `process.once`.
    pub fn once(self) -> Self {
        self.0
            .find(|event_loop, id| event_loop.listeners.make_once(id));
        self
    }

    /// Removes it. Node: `process.off`.
    pub fn remove(self) {
        let removed = self
            .0
            .find(|event_loop, id| event_loop.listeners.remove(id));
        drop(removed);
    }
}

/// Calls `listener` with the exit code whenever nothing is left to do; what it schedules revives the loop.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_before_exit<R: CallbackResult>(mut listener: impl FnMut(i32) -> R + 'static) -> Listener {
    on(ProcessEvent::BeforeExit, move |about| {
        about.as_ref().ok().map(|code| listener(*code))
    })
}

/// Calls `listener` with the exit code at the very end; what it schedules never runs.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_exit<R: CallbackResult>(mut listener: impl FnMut(i32) -> R + 'static) -> Listener {
    on(ProcessEvent::Exit, move |about| {
        about.as_ref().ok().map(|code| listener(*code))
    })
}

/// Calls `listener` with every error that was not caught: of a callback, a panic, or a rejection that has no listener of its own.
/// Without any listener such an error ends the loop with code 1; an error in the listener ends it with code 7.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_uncaught<R: CallbackResult>(mut listener: impl FnMut(&Error) -> R + 'static) -> Listener {
    on(ProcessEvent::Uncaught, move |about| {
        about.as_ref().err().map(&mut listener)
    })
}

/// Calls `listener` with the error of every promise that failed and was not awaited by the end of that drain.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_unhandled_rejection<R: CallbackResult>(
    mut listener: impl FnMut(&Error) -> R + 'static,
) -> Listener {
    on(ProcessEvent::UnhandledRejection, move |about| {
        about.as_ref().err().map(&mut listener)
    })
}

/// Calls `listener` when a promise that was reported as unhandled is awaited after all.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn on_rejection_handled<R: CallbackResult>(
    mut listener: impl FnMut(&Error) -> R + 'static,
) -> Listener {
    on(ProcessEvent::RejectionHandled, move |about| {
        about.as_ref().err().map(&mut listener)
    })
}

/// Adds a listener, which returns nothing if it is told something else than it asks for.
#[track_caller]
fn on<R: CallbackResult>(
    event: ProcessEvent,
    mut listener: impl FnMut(&Occurrence) -> Option<R> + 'static,
) -> Listener {
    let listener = move |about: &Occurrence| match listener(about) {
        Some(result) => result.into_callback_result().map(drop),
        None => Ok(()),
    };
    Listener(schedule(listener, |event_loop, listener| {
        event_loop.listeners.add(event, listener)
    }))
}

/// Removes the listeners of one event, or of all. Node: `process.removeAllListeners`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn remove_all_listeners(event: impl Into<Option<ProcessEvent>>) {
    let removed = with(|event_loop| event_loop.listeners.remove_all(event.into()));
    drop(removed);
}

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

impl EventLoop {
    /// Calls the listeners that are there now. One that fails is an uncaught error and ends the round, and so does `exit`.
    pub fn emit(&self, event: ProcessEvent, about: &Occurrence) -> bool {
        let mut listeners = self.listeners.of(event).into_iter();
        listeners.all(|listener| {
            self.call(|| self.listeners.call(listener, about)) && !self.is_stopping()
        })
    }

    /// Gives an error to the listeners; without any, the loop ends.
    pub fn uncaught(&self, error: Error) {
        let listeners = self.listeners.of(ProcessEvent::Uncaught);
        if listeners.is_empty() || self.is_closed() {
            // An exit listener that fails keeps the code that was set before.
            let is_exiting = self.stage.get() == Stage::Exiting;
            let code = self.exit_code.get().filter(|_| is_exiting);
            return self.exit_with_error(error, code.unwrap_or(1), Stage::Stopping);
        }
        let about = Err(error);
        for listener in listeners {
            if let Err(own) = catch_panic(|| self.listeners.call(listener, &about)) {
                return self.exit_with_error(own, 7, Stage::Aborting);
            }
        }
        self.empty_immediate();
    }

    fn exit_with_error(&self, error: Error, code: i32, stage: Stage) {
        self.exit_code.set(Some(code));
        if !self.is_closed() {
            self.stage.set(stage);
        }
        self.fatal.borrow_mut().get_or_insert(error);
    }
}
