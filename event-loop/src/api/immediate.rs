//! `setImmediate` and its handle.

use crate::callback::{CallbackResult, SpanKind, once_callback};
use crate::data::immediate_queue::ImmediateQueue;
use crate::event_loop::{EventLoop, LoopKey, schedule};

/// A callback for the check phase. Node: `Immediate`. Dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct Immediate(LoopKey<u64>);

/// Runs `callback` in the check phase, after polling. Node: `setImmediate`.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// # use event_loop::println;
/// run_script(|| {
///     set_immediate(|| println!("second"));
///     println!("first");
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_immediate<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) -> Immediate {
    let callback = once_callback(SpanKind::Immediate, callback);
    Immediate(schedule(callback, |event_loop, callback| {
        event_loop.immediates.borrow_mut().push(callback)
    }))
}

impl Immediate {
    /// Clears it. Twice does no harm. Node: `clearImmediate`.
    pub fn clear(&self) {
        let dropped = self.find(ImmediateQueue::clear);
        drop(dropped);
    }

    /// Lets the loop end without it; if the loop iterates anyway, it runs.
    pub fn unref(&self) -> &Self {
        self.find(|immediates, number| immediates.set_ref(number, false));
        self
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`.
    pub fn keep_alive(&self) -> &Self {
        self.find(|immediates, number| immediates.set_ref(number, true));
        self
    }

    /// Whether it waits and holds the loop.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        let refed = self.find(|immediates, number| Some(immediates.get(number)?.refed));
        refed.flatten() == Some(true)
    }

    fn find<R>(&self, action: impl FnOnce(&mut ImmediateQueue, u64) -> R) -> Option<R> {
        let immediates = |event_loop: &EventLoop, number| {
            action(&mut event_loop.immediates.borrow_mut(), number)
        };
        self.0.find(immediates)
    }
}
