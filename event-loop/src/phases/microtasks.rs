//! Between callbacks: ticks, then microtasks, until both queues are empty.
//!
//! Node (since 11) drains after *every* callback, not once per phase: lesson `queues`. Both queues starve the loop for as long as they are
//! fed; an immediate does not.

use crate::callback::{
    BoxError, CallbackResult, OnceCallback, SpanKind, catch_panic, once_callback,
};
use crate::data::task_table::TaskKey;
use crate::event_loop::{EventLoop, schedule};

pub enum Microtask {
    Call(OnceCallback),
    /// A task to be polled: how a future continues.
    Poll(TaskKey),
}

/// Runs `callback` before anything else that is queued, once the current callback has returned. Node: `process.nextTick`.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// # use event_loop::println;
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
    let tick = once_callback(SpanKind::Tick, callback);
    schedule(tick, |event_loop, tick| {
        event_loop.ticks.borrow_mut().push_back(tick);
    });
}

/// Runs `callback` after the ticks, in line with the continuations of futures. Node: `queueMicrotask`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn queue_microtask<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) {
    let call = Microtask::Call(once_callback(SpanKind::Microtask, callback));
    schedule(call, |event_loop, call| {
        event_loop.microtasks.borrow_mut().push_back(call);
    });
}

impl EventLoop {
    /// Empties both queues. A tick that fails ends the drain: what is left waits for the next one.
    pub fn drain(&self) -> bool {
        loop {
            while !self.is_stopping() {
                let next = self.ticks.borrow_mut().pop_front();
                let Some(tick) = next else { break };
                if !self.call(tick) {
                    return false;
                }
            }
            self.run_microtasks();
            if !self.ticks.borrow().is_empty() && !self.is_stopping() {
                continue;
            }
            // Only now has all code of this drain had a chance to handle a rejection.
            if !self.report_rejections() || self.is_stopping() {
                return true;
            }
        }
    }

    /// Runs microtasks until none is left. One that fails does not stop the others.
    pub fn run_microtasks(&self) {
        while !self.is_stopping() {
            let next = self.microtasks.borrow_mut().pop_front();
            match next {
                Some(Microtask::Call(call)) => drop(self.call(call)),
                Some(Microtask::Poll(task)) => self.poll_task(task),
                None => return,
            }
        }
    }

    /// Runs one callback. If it fails, by an error or a panic, the error is reported and the answer is `false`.
    ///
    /// Called by the loop only, never from within a callback: there the error would be reported in the middle of other code.
    pub fn call(&self, callback: impl FnOnce() -> Result<(), BoxError>) -> bool {
        let result = catch_panic(callback);
        result.map_err(|error| self.uncaught(error)).is_ok()
    }
}
