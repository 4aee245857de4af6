//! Close callbacks: the phase after check.
//!
//! Node runs the `'close'` events of sockets there. libuv keeps them in a list to which it adds at the front: the last closed is told first.

use crate::callback::{Outcome, job};
use crate::current::{Loop, with};
use crate::trace::Kind;

/// Runs `callback` in the close phase of this turn, those that were added last first.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn close<R: Outcome>(callback: impl FnOnce() -> R + 'static) {
    let callback = job(Kind::Close, callback);
    let dropped = with(|event_loop| {
        event_loop.unless_closed(callback, |callback| {
            event_loop.closing.borrow_mut().push(callback);
        })
    });
    drop(dropped);
}

impl Loop {
    /// Runs the close callbacks that are there now; new ones wait for the next turn.
    pub fn close_phase(&self) {
        let mut closing = self.closing.take();
        while let Some(callback) = closing.pop() {
            if self.stopping.get() {
                return;
            }
            if self.call(callback) {
                self.drain();
            }
        }
    }
}
