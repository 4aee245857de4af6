//! Close callbacks: the phase after check.
//!
//! Node runs the `'close'` events of sockets there. libuv keeps them in a list to which it adds at the front: the last one that was closed
//! comes first.

use crate::callback::{CallbackResult, SpanKind, once_callback};
use crate::event_loop::{EventLoop, schedule};

/// Runs `callback` in the close phase of this iteration, those that were added last first.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn close<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) {
    let callback = once_callback(SpanKind::CloseCallback, callback);
    schedule(callback, |event_loop, callback| {
        event_loop.closing.borrow_mut().push(callback);
    });
}

impl EventLoop {
    /// Runs the close callbacks that are there now; new ones wait for the next iteration.
    pub fn close_phase(&self) {
        let mut closing = self.closing.take();
        while let Some(callback) = closing.pop() {
            if self.is_stopping() {
                return;
            }
            if self.call(callback) {
                self.drain();
            }
        }
    }
}
