//! The timers phase: what is due when it begins, list by list.
//!
//! This follows Node's `processTimers` and `listOnTimeout` step by step, since the order in which a list is looked at, its timer is chosen and
//! the queues are drained all show: lessons `timer-lists` and `clear-and-refresh`.

use crate::callback::RepeatCallback;
use crate::data::timer_lists::{ListKey, TimerChange, TimerKey, TimerState};
use crate::event_loop::EventLoop;
use crate::probe;

/// A callback failed: Node leaves both loops by an exception and enters them anew, with the same `now`.
struct Restart;

impl EventLoop {
    /// Runs what is due, if anything is.
    pub fn timers_phase(&self) {
        let now = self.loop_time.get();
        let is_due = {
            let mut timers = self.timers.borrow_mut();
            timers.alarm.take_if(|alarm| *alarm <= now).is_some()
        };
        if is_due {
            while !self.is_stopping() && self.process_timers(now).is_err() {}
            self.set_alarm();
            self.drain();
        }
    }

    /// Sets the alarm to the first list that is left, at least one step of the clock away.
    fn set_alarm(&self) {
        let mut timers = self.timers.borrow_mut();
        if let Some((expiry, _)) = timers.first_list() {
            let now = self.loop_time.get();
            let soonest = now.saturating_add(self.time.resolution());
            timers.next_expiry = Some(expiry);
            timers.alarm = Some(if expiry > now { expiry } else { soonest });
        }
    }

    fn process_timers(&self, now: u64) -> Result<(), Restart> {
        self.timers.borrow_mut().next_expiry = None;
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
        let drained = self.drain() && !self.is_stopping();
        drained.then_some(()).ok_or(Restart)
    }

    /// Runs the timers of one list that are due, in the order in which they were set.
    fn run_list(&self, list: ListKey, now: u64) -> Result<(), Restart> {
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
            // The drain comes after the choice: except for clearing it, what the drain does to this timer comes too late.
            if ran_a_timer {
                self.drain_between()?;
            }
            ran_a_timer = true;
            if !self.fire(timer) || self.is_stopping() {
                return Err(Restart);
            }
        }
    }

    fn postpone_unless_due(&self, list: ListKey, timer: TimerKey, now: u64) -> bool {
        let mut timers = self.timers.borrow_mut();
        let first = &timers.all[timer];
        let due = first.start.saturating_add(first.duration);
        if due > now {
            timers.postpone(list, due.max(now + self.time.resolution()));
        }
        due > now
    }

    /// Runs one timer, and sets it again if it is an interval.
    fn fire(&self, key: TimerKey) -> bool {
        let Some((mut callback, repeats)) = self.take_due(key) else {
            return true;
        };
        // An interval counts from here, not from the end of its callback.
        let start = repeats.then(|| self.update_time());
        let outer = self.timers.borrow_mut().running.replace(key);
        // There is nothing to run if it was cleared after it had fired, then refreshed.
        let succeeded = callback.as_mut().is_none_or(|callback| self.call(callback));
        self.timers.borrow_mut().running = outer;
        let left = self.put_back(key, callback, start);
        drop(left);
        succeeded
    }

    fn take_due(&self, key: TimerKey) -> Option<(Option<RepeatCallback>, bool)> {
        let mut timers = self.timers.borrow_mut();
        timers.unlink(key);
        let timer = timers.all.get_mut(key)?;
        let is_cleared = timer.state == TimerState::Cleared;
        (!is_cleared).then(|| (timer.callback.take(), timer.repeats))
    }

    /// Keeps the callback for as long as it may be needed; returns what is to be dropped where nothing is borrowed.
    fn put_back(
        &self,
        key: TimerKey,
        callback: Option<RepeatCallback>,
        start: Option<u64>,
    ) -> Option<RepeatCallback> {
        let timers = &mut *self.timers.borrow_mut();
        let timer = timers.all.get_mut(key);
        let Some(timer) = timer.filter(|timer| timer.state != TimerState::Cleared) else {
            timers.forget_unless_held(key);
            return callback;
        };
        timer.callback = callback;
        match (timer.state, start) {
            (_, Some(start)) if timer.repeats => timers.append(key, start, self.loop_time.get()),
            // Its own callback has refreshed it.
            (TimerState::Scheduled, _) => {}
            _ => {
                timers.update(key, |timer| timer.state = TimerState::Fired);
                probe::timer(key, TimerChange::Fired);
                return timers.forget_unless_held(key);
            }
        }
        None
    }
}
