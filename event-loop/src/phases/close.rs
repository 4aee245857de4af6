//! Close callbacks: the phase after check.
//!
//! Node runs the `'close'` events of sockets there. libuv keeps them in a list to which it adds at the front: the last one that was closed
//! comes first.

use crate::callback::{CallbackResult, SpanKind, once_callback};
use crate::event_loop::{EventLoop, with};

/// Runs `callback` in the close phase of this iteration, those that were added last first.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn close<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) {
    let callback = once_callback(SpanKind::CloseCallback, callback);
    let dropped = with(|event_loop| {
        event_loop.schedule_unless_closing(callback, |callback| {
            event_loop.closing.borrow_mut().push(callback);
        })
    });
    drop(dropped);
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
