//! Between callbacks: ticks, then microtasks, until both queues are empty.
//!
//! Node (since 11) drains after *every* callback, not once per phase (R3, R4; lesson `queues`). Both queues starve the loop for as long as
//! they are fed; an immediate does not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::callback::{BoxError, CallbackResult, OnceCallback, once_callback};
use crate::data::slot_map::Key;
use crate::error::Error;
use crate::event_loop::{EventLoop, with};
use crate::trace::{self, Kind};

pub enum Microtask {
    Call(OnceCallback),
    /// A task to be polled: how a future goes on.
    Poll(Key),
}

/// Runs `callback` before anything else that is queued, once the callback of now has returned. Node: `process.nextTick`.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// run_script(|| {
///     queue_microtask(|| println!("second"));
///     next_tick(|| println!("first"));
/// });
/// ```
///
/// # Panics
///
/// Outside a loop, as every function of this crate that needs one.
#[track_caller]
pub fn next_tick<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) {
    let tick = once_callback(Kind::Tick, callback);
    let dropped = with(|event_loop| {
        event_loop
            .schedule_unless_closing(tick, |tick| event_loop.ticks.borrow_mut().push_back(tick))
    });
    drop(dropped);
}

/// Runs `callback` after the ticks, in line with the continuations of futures. Node: `queueMicrotask`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn queue_microtask<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) {
    let call = Microtask::Call(once_callback(Kind::Microtask, callback));
    let dropped = with(|event_loop| {
        event_loop.schedule_unless_closing(call, |call| {
            event_loop.microtasks.borrow_mut().push_back(call);
        })
    });
    drop(dropped);
}

impl EventLoop {
    /// Queues `what`; or, when the loop is being taken apart, gives it back to be dropped where nothing is borrowed.
    pub fn schedule_unless_closing<T>(&self, what: T, queue: impl FnOnce(T)) -> Option<T> {
        if self.closed.get() {
            return Some(what);
        }
        queue(what);
        None
    }

    /// Empties both queues. A tick that fails ends the drain: what is left waits for the next one (R21).
    pub fn drain(&self) -> bool {
        let is_seen = trace::is_on()
            && !(self.ticks.borrow().is_empty() && self.microtasks.borrow().is_empty());
        let _slice = is_seen.then(|| trace::phase("drain"));
        loop {
            while let Some(tick) = self.next_of_ticks() {
                if !self.call(tick) {
                    return false;
                }
            }
            self.run_microtasks();
            if !self.ticks.borrow().is_empty() && !self.stopping.get() {
                continue;
            }
            // Only now has everybody had a chance to handle a rejection (R3, R23).
            if !self.report_rejections() || self.stopping.get() {
                return true;
            }
        }
    }

    fn next_of_ticks(&self) -> Option<OnceCallback> {
        if self.stopping.get() {
            return None;
        }
        self.ticks.borrow_mut().pop_front()
    }

    /// Runs microtasks until none is left. One that fails does not stop the others (R22).
    pub fn run_microtasks(&self) {
        while !self.stopping.get() {
            let next = self.microtasks.borrow_mut().pop_front();
            match next {
                Some(Microtask::Call(call)) => drop(self.call(call)),
                Some(Microtask::Poll(task)) => self.poll_task(task),
                None => return,
            }
        }
    }

    /// Runs one callback. If it fails, by an error or a panic, the error is reported and the answer is `false`.
    pub fn call(&self, callback: impl FnOnce() -> Result<(), BoxError>) -> bool {
        match catch_panic(callback) {
            Ok(()) => true,
            Err(error) => {
                self.uncaught(error);
                false
            }
        }
    }
}

/// What becomes of a callback: an error and a panic are the same to the loop.
pub fn catch_panic(callback: impl FnOnce() -> Result<(), BoxError>) -> Result<(), Error> {
    // What a panic left half done is the callback's own: the loop holds no borrow meanwhile.
    match catch_unwind(AssertUnwindSafe(callback)) {
        Ok(outcome) => outcome.map_err(|error| Error::from_cause(error, Error::Uncaught)),
        Err(panic) => Err(Error::panicked(&*panic)),
    }
}
