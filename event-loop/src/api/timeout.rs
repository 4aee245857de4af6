//! Timers: `setTimeout`, `setInterval` and their handles.
//!
//! Delays count in whole milliseconds, at least one: a timer of 1.9 ms stands in the list of 1 ms. A delay that Node cannot hold
//! (more than 24.8 days) fires at once there; here it is waited for.

use std::time::Duration;

use crate::callback::{CallbackResult, RepeatCallback, repeat_callback};
use crate::data::time::MILLISECOND;
use crate::data::timer_lists::{Timer, TimerChange, TimerKey, TimerLists, TimerState};
use crate::event_loop::{EventLoop, LoopKey, schedule, with};
use crate::probe;

/// A timer. Node: `Timeout`. Dropping it changes nothing: the timer stays set.
#[derive(Debug)]
pub struct Timeout(LoopKey<TimerKey>);

/// Runs `callback` when `delay` has passed, and again after each [`Timeout::refresh`].
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// # use event_loop::println;
/// run_script(|| {
///     let late = set_timeout(Duration::from_secs(60), || println!("never"));
///     set_timeout(Duration::from_millis(1), move || late.clear());
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_timeout<R: CallbackResult>(
    delay: Duration,
    callback: impl FnMut() -> R + 'static,
) -> Timeout {
    set(delay, repeat_callback(callback), false)
}

/// Runs `callback` each time `period` has passed, counted from the start of the run before. Runs that were missed are not caught up.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// # use event_loop::println;
/// run_script(|| {
///     let mut left = 3;
///     set_interval(Duration::from_millis(1), move || {
///         left -= 1;
///         if left == 0 {
///             Timeout::this().clear();
///         }
///     });
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_interval<R: CallbackResult>(
    period: Duration,
    callback: impl FnMut() -> R + 'static,
) -> Timeout {
    set(period, repeat_callback(callback), true)
}

#[track_caller]
fn set(delay: Duration, callback: RepeatCallback, repeats: bool) -> Timeout {
    Timeout(schedule(callback, |event_loop, callback| {
        event_loop.set_timer(delay, callback, repeats)
    }))
}

/// The milliseconds of a delay, in nanoseconds: whole ones, at least one.
fn whole_milliseconds(delay: Duration) -> u64 {
    let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    milliseconds.max(1).saturating_mul(MILLISECOND)
}

impl Timeout {
    /// Returns the timer whose callback is running. Node: `this` in a callback that is a `function`.
    ///
    /// # Panics
    ///
    /// Outside of a timer's callback.
    #[must_use]
    #[track_caller]
    pub fn this() -> Self {
        let running = with(|event_loop| {
            let mut timers = event_loop.timers.borrow_mut();
            let key = timers.running?;
            timers.all.get_mut(key)?.handles += 1;
            Some(Self(LoopKey::new(event_loop, Some(key))))
        });
        match running {
            Some(timeout) => timeout,
            None => panic!("Timeout::this() is for the callback of a timer"),
        }
    }

    /// Forgets the timer and its callback. Twice does no harm, nor does it in the callback itself.
    pub fn clear(&self) {
        let dropped = self.0.find(EventLoop::clear_timer);
        drop(dropped);
    }

    /// Starts the delay anew, at the end of the line; a timer that has fired is set again, one that was cleared is not.
    pub fn refresh(&self) -> &Self {
        self.0.find(EventLoop::refresh_timer);
        self
    }

    /// Lets the loop end without it.
    pub fn unref(&self) -> &Self {
        self.set_ref(false)
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`, which is a keyword here.
    pub fn keep_alive(&self) -> &Self {
        self.set_ref(true)
    }

    /// Whether it holds the loop while it is set.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        let find = |event_loop: &EventLoop, key| event_loop.timers.borrow().is_refed(key);
        self.0.find(find) == Some(true)
    }

    fn set_ref(&self, refed: bool) -> &Self {
        self.0.find(|event_loop, key| {
            let mut timers = event_loop.timers.borrow_mut();
            timers.update(key, |timer| timer.refed = refed);
            probe::timer(key, TimerChange::Ref(refed));
        });
        self
    }
}

impl Clone for Timeout {
    fn clone(&self) -> Self {
        self.0.find(|event_loop, key| {
            let mut timers = event_loop.timers.borrow_mut();
            timers.all.get_mut(key).map(|timer| timer.handles += 1)
        });
        Self(self.0.clone())
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        let dropped = self.0.find(|event_loop, key| {
            let mut timers = event_loop.timers.borrow_mut();
            timers.all.get_mut(key)?.handles -= 1;
            timers.forget_unless_held(key)
        });
        drop(dropped);
    }
}

impl EventLoop {
    fn set_timer(&self, delay: Duration, callback: RepeatCallback, repeats: bool) -> TimerKey {
        let start = self.update_time();
        let duration = whole_milliseconds(delay);
        let timers = &mut *self.timers.borrow_mut();
        let key = timers.all.insert(Timer::new(callback, duration, repeats));
        timers.append(key, start, start);
        probe::timer(key, TimerChange::Set(duration));
        key
    }

    /// Node's `unenroll`: a list that this empties goes at once, unless the timer did not hold the loop.
    fn clear_timer(&self, key: TimerKey) -> Option<RepeatCallback> {
        let timers: &mut TimerLists = &mut self.timers.borrow_mut();
        timers.unlink(key);
        let timer = timers.all.get_mut(key)?;
        let callback = timer.callback.take();
        timer.repeats = false;
        let (refed, duration) = (timer.refed, timer.duration);
        if timer.state == TimerState::Unlinked {
            timers.update(key, |timer| timer.state = TimerState::Cleared);
            probe::timer(key, TimerChange::Cleared);
            if refed {
                timers.drop_list_if_empty(duration);
            }
        }
        callback
    }

    fn refresh_timer(&self, key: TimerKey) {
        let start = self.update_time();
        let timers: &mut TimerLists = &mut self.timers.borrow_mut();
        let timer = timers.all.get(key);
        let Some(timer) = timer.filter(|timer| timer.state != TimerState::Cleared) else {
            return;
        };
        if timer.state == TimerState::Fired {
            probe::timer(key, TimerChange::Set(timer.duration));
        }
        timers.append(key, start, start);
    }
}
