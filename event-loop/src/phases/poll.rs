//! The poll phase: waits for the system, then resumes what was waiting for it.
//!
//! Node asks the kernel in every iteration. Here it is asked only if something could arrive.

use std::time::Duration;

use crate::data::poller::{Completion, Wait};
use crate::event_loop::EventLoop;
use crate::phases::microtasks::Microtask;

impl EventLoop {
    /// Waits until something can go on, then hands on what has completed, one by one, with a drain after each.
    pub fn poll_phase(&self) {
        self.wait();
        self.update_time();
        for completion in self.poller.take_completions() {
            if self.is_stopping() {
                return;
            }
            match completion {
                Completion::Task(task) => {
                    // Not polled on the spot: a tick of the continuation must come after the other microtasks.
                    self.microtasks
                        .borrow_mut()
                        .push_back(Microtask::Poll(task));
                    self.drain();
                }
                Completion::Job(job) => {
                    let done = self.jobs.borrow_mut().remove(job);
                    if done.is_none_or(|done| self.call(done)) {
                        self.drain();
                    }
                }
            }
        }
    }

    /// Polls for as long as nothing else is to be done; not at all if nothing could arrive.
    fn wait(&self) {
        let jobs = !self.jobs.borrow().is_empty();
        let outside = jobs
            || self.tasks.may_have_external_wakers()
            || self.poller.metrics.num_alive_tasks() > 0;
        let busy = self.immediates.borrow().refs > 0
            || !self.closing.borrow().is_empty()
            || self.poller.has_completions();
        let alarm = self.timers.borrow().alarm;
        match alarm {
            _ if busy => {
                if outside {
                    self.poller.poll(Wait::No);
                }
            }
            None => self.poller.poll(Wait::Forever),
            Some(then) if !self.time.is_virtual() => {
                let rest = Duration::from_nanos(then.saturating_sub(self.time.now()));
                self.poller.poll(Wait::Until(then, rest));
            }
            // A virtual clock stands still while the thread pool works.
            Some(_) if jobs => self.poller.poll(Wait::Forever),
            Some(then) => {
                if outside {
                    self.poller.poll(Wait::No);
                }
                if !self.poller.has_completions() {
                    self.time.jump_to(then);
                }
            }
        }
    }
}
