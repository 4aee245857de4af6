//! Timers: `setTimeout`, `setInterval` and their handles.
//!
//! Delays count in whole milliseconds, at least one (R6): a timer of 1.9 ms stands in the list of 1 ms. A delay that Node cannot hold
//! (more than 24.8 days) fires at once there, and when asked here.

use std::marker::PhantomData;
use std::rc::Rc;
use std::time::Duration;

use crate::callback::{CallbackResult, RepeatCallback, repeat_callback};
use crate::data::slot_map::Key;
use crate::data::time::MILLISECOND;
use crate::data::timer_lists::Timer;
use crate::event_loop::{EventLoop, try_with, with};
use crate::trace;

/// A timer. Node: `Timeout`. Dropping it changes nothing: the timer stays set.
#[derive(Debug)]
pub struct Timeout {
    /// Nothing if it was set while the loop was being taken apart.
    key: Option<Key>,
    of: u32,
    here: PhantomData<Rc<()>>,
}

/// Runs `callback` when `delay` has passed, and again each time somebody calls [`Timeout::refresh`] after that.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
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
    let (of, here) = (with(|event_loop| event_loop.id), PhantomData);
    let mut callback = Some(callback);
    let key = with(|event_loop| {
        (!event_loop.closed.get())
            .then(|| event_loop.set_timer(delay, callback.take()?, repeats))
            .flatten()
    });
    drop(callback);
    Timeout { key, of, here }
}

/// The milliseconds of a delay, in nanoseconds: whole ones, at least one.
fn whole_milliseconds(delay: Duration) -> u64 {
    let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    milliseconds.max(1).saturating_mul(MILLISECOND)
}

impl Timeout {
    /// Forgets the timer and its callback. Twice does no harm, nor does it in the callback itself.
    pub fn clear(&self) {
        let dropped = self.find(EventLoop::clear_timer);
        drop(dropped);
    }

    /// Starts the delay anew, at the end of the line; a timer that has fired is set again, one that was cleared is not.
    pub fn refresh(&self) -> &Self {
        self.find(EventLoop::refresh_timer);
        self
    }

    /// Lets the loop end without it.
    pub fn unref(&self) -> &Self {
        self.find(|event_loop, key| event_loop.keep_timer_alive(key, false));
        self
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`, which is a keyword here.
    pub fn keep_alive(&self) -> &Self {
        self.find(|event_loop, key| event_loop.keep_timer_alive(key, true));
        self
    }

    /// Whether it holds the loop while it is set.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        let refed =
            self.find(|event_loop, key| Some(event_loop.timers.borrow().all.get(key)?.refed));
        refed.flatten() == Some(true)
    }

    fn find<R>(&self, action: impl FnOnce(&EventLoop, Key) -> R) -> Option<R> {
        let found = try_with(|event_loop| {
            let key = self.key?;
            (event_loop.id == self.of).then(|| action(event_loop, key))
        });
        found.flatten()
    }
}

impl Clone for Timeout {
    fn clone(&self) -> Self {
        self.find(|event_loop, key| {
            if let Some(timer) = event_loop.timers.borrow_mut().all.get_mut(key) {
                timer.handles += 1;
            }
        });
        let Self { key, of, here } = *self;
        Self { key, of, here }
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        let dropped = self.find(|event_loop, key| {
            if let Some(timer) = event_loop.timers.borrow_mut().all.get_mut(key) {
                timer.handles -= 1;
            }
            event_loop.forget_unless_held(key)
        });
        drop(dropped);
    }
}

impl EventLoop {
    fn set_timer(&self, delay: Duration, callback: RepeatCallback, repeats: bool) -> Option<Key> {
        let start = self.update_time();
        let mut timers = self.timers.borrow_mut();
        timers.refs += 1;
        let key = timers
            .all
            .insert(Timer::new(callback, whole_milliseconds(delay), repeats));
        timers.append(key, start, start);
        trace::timer_set(key, whole_milliseconds(delay));
        Some(key)
    }

    /// Node's `unenroll`: a list that this empties goes at once, unless the timer did not hold the loop (R10).
    fn clear_timer(&self, key: Key) -> Option<RepeatCallback> {
        let mut timers = self.timers.borrow_mut();
        let timer = timers.all.get_mut(key)?;
        let callback = timer.callback.take();
        timer.repeats = false;
        if !std::mem::replace(&mut timer.done, true) {
            timer.cleared = true;
            trace::timer_gone(key);
            let (refed, duration) = (timer.refed, timer.duration);
            timers.unlink(key);
            if refed {
                timers.drop_list_if_empty(duration);
                timers.refs -= 1;
            }
        }
        callback
    }

    /// R14.
    fn refresh_timer(&self, key: Key) {
        let start = self.update_time();
        let mut timers = self.timers.borrow_mut();
        let Some(timer) = timers.all.get_mut(key).filter(|timer| !timer.cleared) else {
            return;
        };
        let duration = timer.duration;
        let was_done = std::mem::replace(&mut timer.done, false);
        let revived = was_done && timer.refed;
        timers.refs += usize::from(revived);
        if was_done {
            trace::timer_set(key, duration);
        }
        timers.append(key, start, start);
    }

    fn keep_timer_alive(&self, key: Key, hold: bool) {
        let mut timers = self.timers.borrow_mut();
        let Some(timer) = timers.all.get_mut(key) else {
            return;
        };
        let changed = std::mem::replace(&mut timer.refed, hold) != hold && !timer.done;
        match (changed, hold) {
            (true, true) => timers.refs += 1,
            (true, false) => timers.refs -= 1,
            _ => {}
        }
    }
}
