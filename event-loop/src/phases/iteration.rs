//! The iteration: poll, check, close, timers, and again for as long as something holds the loop.
//!
//! This is `uv_run` of libuv 1.45 and later: timers come *last* in an iteration, and once before the first, which most pictures of the loop
//! still draw the other way round.

use crate::callback::SpanKind;
use crate::data::listeners::ProcessEvent;
use crate::event_loop::EventLoop;
use crate::probe;

impl EventLoop {
    /// Iterates until nothing is left to do, or until `exit` is called.
    pub fn run_until_idle(&self) {
        loop {
            self.iterate_while_alive();
            if self.is_stopping() {
                return;
            }
            // What the listeners schedule revives the loop; their ticks and microtasks run, but revive nothing.
            let code = self.exit_code.get().unwrap_or(0);
            self.emit(ProcessEvent::BeforeExit, &Ok(code));
            self.drain();
            if self.is_stopping() || !self.is_alive() {
                return;
            }
        }
    }

    fn iterate_while_alive(&self) {
        self.update_time();
        if self.is_alive() {
            self.phase(SpanKind::Timers, Self::timers_phase);
        }
        while self.is_alive() && !self.is_stopping() {
            self.phase(SpanKind::Poll, Self::poll_phase);
            self.phase(SpanKind::Check, Self::check_phase);
            self.phase(SpanKind::Close, Self::close_phase);
            self.update_time();
            self.phase(SpanKind::Timers, Self::timers_phase);
        }
    }

    fn phase(&self, kind: SpanKind, run: fn(&Self)) {
        let _slice = probe::phase(kind);
        run(self);
    }

    /// Whether something holds the loop: a timer, an immediate, a job of the thread pool, a close callback, or a task that the outside may wake.
    /// A promise as such does not.
    fn is_alive(&self) -> bool {
        self.immediates.borrow().refs > 0
            || self.timers.borrow().refs > 0 && !self.time.is_over()
            || !self.closing.borrow().is_empty()
            || !self.jobs.borrow().is_empty()
            || self.poller.has_completions()
            || self.tasks.has_external_wakers()
    }
}
