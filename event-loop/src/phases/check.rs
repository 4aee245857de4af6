//! The check phase: immediates, after polling.
//!
//! The whole batch is taken at once: an immediate that is set by an immediate waits for the next iteration, so that input and timers get in
//! between.

use crate::callback::OnceCallback;
use crate::event_loop::EventLoop;

impl EventLoop {
    /// The check phase: the whole batch, with a drain between two callbacks.
    pub fn check_phase(&self) {
        if self.immediates.borrow().count == 0 {
            return;
        }
        // Ticks may be left from a drain that failed (R15).
        self.drain();
        while !self.run_batch() && !self.stopping.get() {}
    }

    /// Runs the immediates that are there now. `false` if the last one failed: the next batch then runs in the same phase (R21).
    fn run_batch(&self) -> bool {
        {
            let mut immediates = self.immediates.borrow_mut();
            immediates.batch_end = immediates.first + immediates.queue.len() as u64;
        }
        let mut succeeded = true;
        while let Some(callback) = self.next_of_batch() {
            succeeded = self.call(callback);
            if succeeded {
                self.drain();
            }
        }
        succeeded
    }

    fn next_of_batch(&self) -> Option<OnceCallback> {
        if self.stopping.get() {
            return None;
        }
        self.immediates.borrow_mut().pop()
    }

    /// Node queues an immediate that does nothing after each error that was handled, so that one more turn happens (R21).
    pub fn empty_immediate(&self) {
        self.immediates.borrow_mut().push(Box::new(|| Ok(())));
    }
}
