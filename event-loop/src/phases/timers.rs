//! The timers phase: what is due when it begins, list by list.
//!
//! A faithful copy of Node's `processTimers` and `listOnTimeout`, since the order in which a list is looked at, its timer is chosen and the
//! queues are drained all show. Rules R8 to R11, R13, R21; lessons `timer-lists` and `clear-and-refresh`.

use crate::callback::RepeatCallback;
use crate::data::slot_map::Key;
use crate::event_loop::EventLoop;
use crate::trace;

/// Something failed: Node leaves both loops by an exception and enters them anew, with the same `now`.
struct Restart;

impl EventLoop {
    /// Runs what is due, if the alarm has gone off.
    pub fn timers_phase(&self) {
        let due = {
            let mut timers = self.timers.borrow_mut();
            let due = timers
                .alarm
                .is_some_and(|alarm| alarm <= self.loop_time.get());
            if due {
                timers.alarm = None;
            }
            due
        };
        if !due {
            return;
        }
        let now = self.loop_time.get();
        while !self.stopping.get() && self.process_timers(now).is_err() {}
        self.rearm();
        self.drain();
    }

    /// Sets the alarm to the first list that is left, at least a resolution away (R11).
    fn rearm(&self) {
        let mut timers = self.timers.borrow_mut();
        if let Some((expiry, _)) = timers.first_list() {
            let soonest = self.loop_time.get() + self.time.resolution();
            timers.next_expiry = expiry;
            timers.alarm = Some(if expiry > self.loop_time.get() {
                expiry
            } else {
                soonest
            });
        }
    }

    fn process_timers(&self, now: u64) -> Result<(), Restart> {
        self.timers.borrow_mut().next_expiry = u64::MAX;
        let mut ran_a_list = false;
        loop {
            let first = self.timers.borrow().first_list();
            let Some((_, list)) = first.filter(|(expiry, _)| *expiry <= now) else {
                return Ok(());
            };
            if ran_a_list {
                self.drain_between()?;
            }
            ran_a_list = true;
            self.run_list(list, now)?;
        }
    }

    fn drain_between(&self) -> Result<(), Restart> {
        let drained = self.drain() && !self.stopping.get();
        drained.then_some(()).ok_or(Restart)
    }

    /// Runs the timers of one list that are due, in the order in which they were set.
    fn run_list(&self, list: Key, now: u64) -> Result<(), Restart> {
        let mut ran_a_timer = false;
        loop {
            let first = self.timers.borrow().first_of(list);
            let Some(timer) = first else {
                self.timers.borrow_mut().drop_list(list);
                return Ok(());
            };
            if self.postpone_unless_due(list, timer, now) {
                return Ok(());
            }
            // The drain comes after the choice: what it does to this timer, but for clearing it, comes too late.
            if ran_a_timer {
                self.drain_between()?;
            }
            ran_a_timer = true;
            if !self.fire(timer) || self.stopping.get() {
                return Err(Restart);
            }
        }
    }

    /// A list whose first timer is not due yet gets a new expiry and a new id. So it may come after lists with later deadlines (R9).
    fn postpone_unless_due(&self, list: Key, timer: Key, now: u64) -> bool {
        let mut timers = self.timers.borrow_mut();
        let Some(first) = timers.all.get(timer) else {
            return false;
        };
        let due = first.start.saturating_add(first.duration);
        if due <= now {
            return false;
        }
        timers.postpone(list, due.max(now + self.time.resolution()));
        true
    }

    /// Runs one timer, and sets it again if it is an interval.
    fn fire(&self, timer: Key) -> bool {
        let Some((callback, repeats)) = self.take_due(timer) else {
            return true;
        };
        let Some(mut callback) = callback else {
            // Cleared after it had fired, then refreshed: it is due, and there is nothing to run.
            self.done_with(timer);
            return true;
        };
        // An interval counts from here, not from the end of its callback (R13).
        let start = repeats.then(|| self.update_time());
        let succeeded = self.call(&mut callback);
        let left = self.after_callback(timer, callback, start);
        drop(left);
        succeeded
    }

    fn take_due(&self, timer: Key) -> Option<(Option<RepeatCallback>, bool)> {
        let mut timers = self.timers.borrow_mut();
        timers.unlink(timer);
        let due = timers.all.get_mut(timer)?;
        if due.callback.is_none() && due.done {
            return None;
        }
        Some((due.callback.take(), due.repeats))
    }

    /// Puts the callback back for as long as it may be needed; gives back what is to be dropped.
    fn after_callback(
        &self,
        timer: Key,
        callback: RepeatCallback,
        start: Option<u64>,
    ) -> Option<RepeatCallback> {
        let again = {
            let mut timers = self.timers.borrow_mut();
            match timers.all.get_mut(timer) {
                None => return Some(callback),
                Some(fired) if fired.cleared => {
                    drop(timers);
                    self.forget_unless_held(timer);
                    return Some(callback);
                }
                Some(fired) => {
                    fired.callback = Some(callback);
                    start.filter(|_| fired.repeats)
                }
            }
        };
        if let Some(start) = again {
            let loop_start = self.loop_time.get();
            self.timers.borrow_mut().append(timer, start, loop_start);
            return None;
        }
        if self.timers.borrow().is_linked(timer) {
            return None; // refreshed by its own callback
        }
        self.done_with(timer)
    }

    /// The timer has fired and was not set again.
    fn done_with(&self, timer: Key) -> Option<RepeatCallback> {
        {
            let mut timers = self.timers.borrow_mut();
            let fired = timers.all.get_mut(timer)?;
            if !std::mem::replace(&mut fired.done, true) {
                trace::timer_gone(timer);
                if fired.refed {
                    timers.refs -= 1;
                }
            }
        }
        self.forget_unless_held(timer)
    }

    /// Frees a timer that is done and of which nobody has a handle; gives back what is to be dropped.
    pub fn forget_unless_held(&self, timer: Key) -> Option<RepeatCallback> {
        let mut timers = self.timers.borrow_mut();
        let found = timers.all.get(timer)?;
        if !found.done || found.handles > 0 {
            return None;
        }
        timers.all.remove(timer)?.callback
    }
}
