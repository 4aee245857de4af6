//! What the loop calls while it runs: hands the recorder the time and the lengths of the queues.

use std::fmt::Arguments;
use std::time::Duration;

use slotmap::Key;

use super::job_timing::JobTiming;
pub use super::job_timing::measure;
use super::location::SourceLocation;
pub use super::location::at_location;
pub use super::recorder::is_on;
use super::recorder::{EventKind, Name, QueueLengths, with_recorder};
use crate::callback::CallbackKind;
use crate::data::task_table::TaskKey;
use crate::data::timer_lists::TimerKey;
use crate::event_loop::try_with;

fn record(event: EventKind) {
    let now = try_with(|event_loop| event_loop.time.now());
    with_recorder(|recorder| recorder.record(now, event));
}

/// A loop begins, whose clock starts from nothing.
pub fn loop_begins() {
    if is_on() {
        let is_virtual = try_with(|event_loop| event_loop.time.is_virtual());
        with_recorder(|recorder| recorder.loop_begins(is_virtual == Some(true)));
    }
}

#[track_caller]
pub fn note_text(text: Arguments<'_>) {
    record(EventKind::Mark(text.to_string(), SourceLocation::here()));
}

/// Ends a slice when it is dropped, also by a panic.
pub struct Slice(bool);

impl Drop for Slice {
    fn drop(&mut self) {
        if !self.0 {
            return;
        }
        record(EventKind::End);
        let lengths = try_with(|event_loop| QueueLengths {
            ticks: event_loop.ticks.borrow().len(),
            microtasks: event_loop.microtasks.borrow().len(),
            immediates: event_loop.immediates.borrow().refs,
            timers: event_loop.timers.borrow().refs,
        });
        if let Some(lengths) = lengths
            && with_recorder(|recorder| recorder.has_changed(lengths))
        {
            record(EventKind::Queues(lengths));
        }
    }
}

/// A part of an iteration, until the answer is dropped.
pub fn phase(name: &'static str) -> Slice {
    let on = is_on();
    if on {
        record(EventKind::Begin(Name::Phase(name)));
    }
    Slice(on)
}

/// A callback that was scheduled while a recording was on. Dropping it says that it will not run any more.
pub struct Noted {
    kind: CallbackKind,
    location: SourceLocation,
    number: u64,
}

/// Notes that the caller schedules a callback; nothing unless a recording is on.
#[track_caller]
pub fn scheduled(kind: CallbackKind) -> Option<Noted> {
    if !is_on() {
        return None;
    }
    let number = with_recorder(super::recorder::Trace::next_number);
    let location = SourceLocation::here();
    record(EventKind::Scheduled(number, kind, location.clone()));
    Some(Noted {
        kind,
        location,
        number,
    })
}

/// A task is to be polled again. What has woken it is what runs now.
pub fn woken(task: TaskKey) {
    if is_on() {
        let number = with_recorder(|recorder| recorder.woken(task.data().as_ffi()));
        record(EventKind::Woken(number));
    }
}

impl Noted {
    /// It runs until the answer is dropped.
    pub fn runs(&self) -> Slice {
        self.runs_as(self.number)
    }

    /// As [`Noted::runs`], for a task: what has woken it is the cause.
    pub fn resume(&self, task: TaskKey) -> Slice {
        let woken = with_recorder(|recorder| recorder.take_woken(task.data().as_ffi()));
        self.runs_as(woken.unwrap_or(self.number))
    }

    fn runs_as(&self, number: u64) -> Slice {
        let on = is_on();
        if on {
            record(EventKind::Begin(Name::Callback(
                self.kind,
                self.location.clone(),
            )));
            record(EventKind::Runs(number));
        }
        Slice(on)
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if is_on() {
            record(EventKind::Dropped(self.number));
        }
    }
}

/// A timer waits from here on.
pub fn timer_set(timer: TimerKey, duration: u64) {
    let duration = Duration::from_nanos(duration);
    timer_event(EventKind::TimerSet(timer.data().as_ffi(), duration));
}

/// A timer waits no longer: it has fired, or was cleared.
pub fn timer_gone(timer: TimerKey) {
    timer_event(EventKind::TimerGone(timer.data().as_ffi()));
}

/// At the time of the last event: the clock belongs to what has set the timer.
fn timer_event(event: EventKind) {
    if is_on() {
        with_recorder(|recorder| recorder.record_at_last(event));
    }
}

/// The result of a job has arrived.
pub fn job_done(timing: &JobTiming) {
    if is_on() {
        with_recorder(|recorder| recorder.job_done(timing));
    }
}
