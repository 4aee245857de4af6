//! The turn: poll, check, close, timers, and again for as long as something holds the loop.
//!
//! This is `uv_run` of libuv 1.45 and later (R1): timers come *last* in a turn, and once before the first, which most pictures of the loop
//! still draw the other way round.

use crate::event_loop::EventLoop;
use crate::trace;

impl EventLoop {
    /// Turns until nothing is left to do, or until somebody asked to exit.
    pub fn run_until_idle(&self) {
        loop {
            self.iterate_while_alive();
            if self.stopping.get() {
                return;
            }
            // What it schedules revives the loop; its ticks and microtasks run, but revive nothing (R19).
            let code = self.exit_code.get().unwrap_or(0);
            self.emit(&self.on_before_exit, &code);
            self.drain();
            if self.stopping.get() || !self.is_alive() {
                return;
            }
        }
    }

    fn iterate_while_alive(&self) {
        self.update_time();
        if self.is_alive() {
            self.phase("timers", Self::timers_phase);
        }
        while self.is_alive() && !self.stopping.get() {
            self.phase("poll", Self::poll_phase);
            self.phase("check", Self::check_phase);
            self.phase("close", Self::close_phase);
            self.update_time();
            self.phase("timers", Self::timers_phase);
        }
    }

    fn phase(&self, name: &'static str, run: fn(&Self)) {
        let _slice = trace::phase(name);
        run(self);
    }

    /// Whether something holds the loop: a timer, an immediate, a job of the pool, a close callback, or a task that the outside may wake.
    /// A promise as such does not.
    fn is_alive(&self) -> bool {
        self.immediates.borrow().refs > 0
            || self.timers.borrow().refs > 0
            || !self.closing.borrow().is_empty()
            || !self.jobs.borrow().is_empty()
            || self.poller.has_completions()
            || self.tasks.any_has_external_wakers()
    }
}
