//! The check phase: immediates, after polling.
//!
//! The whole batch is taken at once: an immediate that is set by an immediate waits for the next iteration, so that input and timers get in
//! between.

use crate::event_loop::EventLoop;

impl EventLoop {
    /// Runs the whole batch, with a drain between two callbacks.
    pub fn check_phase(&self) {
        if self.immediates.borrow().count == 0 {
            return;
        }
        // Ticks may be left from a drain that failed.
        self.drain();
        while !self.run_batch() && !self.is_stopping() {}
    }

    /// Runs the immediates that are there now. `false` if the last one failed: Node then runs the next batch in the same phase.
    fn run_batch(&self) -> bool {
        self.immediates.borrow_mut().begin_batch();
        let mut succeeded = true;
        while !self.is_stopping() {
            let next = self.immediates.borrow_mut().pop();
            let Some(callback) = next else { break };
            succeeded = self.call(callback);
            if succeeded {
                self.drain();
            }
        }
        succeeded
    }

    /// Node queues an immediate that does nothing after each error that was handled, so that one more iteration happens.
    pub fn empty_immediate(&self) {
        self.immediates.borrow_mut().push(Box::new(|| Ok(())));
    }
}
