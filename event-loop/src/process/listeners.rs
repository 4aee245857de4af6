//! Listening to the end and to errors: Node's `process.on('beforeExit' | 'exit' | 'uncaughtException' | ...)`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::callback::CallbackResult;
pub use crate::data::listeners::ProcessEvent;
use crate::data::listeners::{ListenerCallback, ListenerId, Occurrence};
use crate::error::Error;
use crate::event_loop::{schedule, try_with, with};

/// A listener that was added. Dropping it changes nothing: the listener stays. Node: what `process.off` takes.
#[derive(Debug)]
pub struct Listener {
    id: ListenerId,
    once: Rc<Cell<bool>>,
}

impl Listener {
    /// Calls it once at most. Node: `process.once`.
    pub fn once(self) -> Self {
        self.once.set(true);
        self
    }

    /// Removes it. Node: `process.off`.
    pub fn remove(self) {
        remove(self.id);
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
    /// For all loops: what belongs to one is not found in another.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = (event, NEXT.fetch_add(1, Ordering::Relaxed));
    let once = Rc::new(Cell::new(false));
    let is_last = Rc::clone(&once);
    let callback = move |about: &Occurrence| {
        if is_last.get() {
            remove(id);
        }
        let result = listener(about);
        result.map_or(Ok(()), |result| result.into_callback_result().map(drop))
    };
    let callback: ListenerCallback = Rc::new(RefCell::new(callback));
    schedule(callback, |event_loop, callback| {
        event_loop.listeners.borrow_mut().insert(id, callback);
    });
    Listener { id, once }
}

/// Removes a listener, and drops it where nothing is borrowed.
fn remove(id: ListenerId) {
    let removed = try_with(|event_loop| event_loop.listeners.borrow_mut().remove(&id));
    drop(removed);
}

/// Removes the listeners of one event, or of all. Node: `process.removeAllListeners`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn remove_all_listeners(event: impl Into<Option<ProcessEvent>>) {
    let event = event.into();
    let removed = with(|event_loop| {
        let all = event_loop.listeners.take().into_iter();
        let (removed, kept): (BTreeMap<_, _>, _) =
            all.partition(|((of, _), _)| event.is_none_or(|event| *of == event));
        event_loop.listeners.replace(kept);
        removed
    });
    drop(removed);
}
