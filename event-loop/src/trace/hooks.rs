//! What the loop calls while it runs: hands the recorder the time and the lengths of the queues.

use std::fmt::Arguments;
use std::thread::ThreadId;
use std::time::Instant;

use slotmap::Key;

use super::location::SourceLocation;
pub use super::location::at_location;
pub use super::recorder::is_on;
use super::recorder::{Recorder, with_recorder};
use super::timeline::QueueLengths;
use crate::callback::SpanKind;
use crate::data::task_table::TaskKey;
use crate::data::time::{MILLISECOND, nanoseconds};
use crate::data::timer_lists::{TimerChange, TimerKey};
use crate::event_loop::try_with;

/// Recordings count in these.
const MICROSECOND: u64 = MILLISECOND / 1000;

/// If a recording is on, hands it the time, then what happens.
fn record<R>(what: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    record_at_last(|recorder| {
        recorder.at_loop_time(try_with(|event_loop| event_loop.time.now() / MICROSECOND));
        what(recorder)
    })
}

/// At the time of the last event: the clock belongs to what goes on.
fn record_at_last<R>(what: impl FnOnce(&mut Recorder) -> R) -> Option<R> {
    // Out of the way of a loop that is not recorded, which asks at each step.
    #[cold]
    #[inline(never)]
    fn now<R>(what: impl FnOnce(&mut Recorder) -> R) -> R {
        with_recorder(what)
    }
    if is_on() { Some(now(what)) } else { None }
}

/// A loop begins.
pub fn loop_begins() {
    record_at_last(Recorder::loop_begins);
}

#[track_caller]
pub fn note_text(text: Arguments<'_>) {
    let here = SourceLocation::here();
    record(|recorder| {
        let line = here.line(recorder);
        recorder.prints(text.to_string(), Some(line));
    });
}

/// Ends a slice when it is dropped, also by a panic.
pub struct Slice(Option<()>);

impl Drop for Slice {
    fn drop(&mut self) {
        if self.0.is_some() {
            ends();
        }
    }
}

#[cold]
fn ends() {
    let lengths = try_with(|event_loop| QueueLengths {
        ticks: event_loop.ticks.borrow().len(),
        microtasks: event_loop.microtasks.borrow().len(),
        immediates: event_loop.immediates.borrow().refs,
        timers: event_loop.timers.borrow().refs,
    });
    record(|recorder| {
        recorder.ends();
        recorder.queues(lengths.unwrap_or_default());
    });
}

/// A part of an iteration, until the answer is dropped.
pub fn phase(kind: SpanKind) -> Slice {
    // Each turn of the loop polls once.
    Slice(record(|recorder| {
        recorder.enters(kind, kind == SpanKind::Poll);
    }))
}

/// A callback that was scheduled while a recording was on. Dropping it says that it will not run any more.
pub struct Noted {
    kind: SpanKind,
    location: SourceLocation,
    number: u64,
}

/// Notes that the caller schedules a callback; nothing unless a recording is on. Inline, since every callback asks.
#[inline]
#[track_caller]
pub fn scheduled(kind: SpanKind) -> Option<Noted> {
    if is_on() { note_scheduled(kind) } else { None }
}

#[track_caller]
fn note_scheduled(kind: SpanKind) -> Option<Noted> {
    let location = SourceLocation::here();
    record(|recorder| {
        let (number, line) = (recorder.next_number(), location.line(recorder));
        recorder.schedules(number, kind, Some(line));
        Noted {
            kind,
            location,
            number,
        }
    })
}

/// A task is to be polled again. What has woken it is what runs now.
pub fn woken(task: TaskKey) {
    record(|recorder| recorder.wakes(task.data().as_ffi()));
}

impl Noted {
    /// Lets it be known by the key of its task, which is larger than any number.
    pub fn of_task(mut self, task: TaskKey) -> Self {
        let before = std::mem::replace(&mut self.number, task.data().as_ffi());
        with_recorder(|recorder| recorder.renumbers(before, self.number));
        self
    }

    /// It runs until the answer is dropped.
    pub fn runs(&self) -> Slice {
        Slice(record(|recorder| {
            let line = self.location.line(recorder);
            recorder.runs(self.number, self.kind, Some(line));
        }))
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        record(|recorder| recorder.drops(self.number));
    }
}

/// Something becomes of a timer.
pub fn timer(timer: TimerKey, change: TimerChange) {
    let key = timer.data().as_ffi();
    record_at_last(|recorder| match change {
        TimerChange::Set(duration) => recorder.sets_timer(key, duration / MILLISECOND),
        TimerChange::Fired => recorder.timer_is_gone(key, false),
        TimerChange::Cleared => recorder.timer_is_gone(key, true),
        TimerChange::Ref(refed) => recorder.refs_timer(key, refed),
    });
}

/// How long a job ran, and on which thread of the pool: the thread of the loop does not see it run.
pub type JobTiming = (u64, ThreadId);

/// Takes the time of `work`, on whichever thread this is.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, JobTiming) {
    let began = Instant::now();
    let result = work();
    let took = nanoseconds(began.elapsed()) / MICROSECOND;
    (result, (took, std::thread::current().id()))
}

/// The result of a job has arrived.
pub fn job_done((took, thread): &JobTiming) {
    record_at_last(|recorder| {
        let thread = recorder.pool_thread(*thread);
        recorder.job_has_run(Some((thread, *took)));
    });
}
