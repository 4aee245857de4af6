//! What the loop calls while it runs: hands the recorder the time and the lengths of the queues.

use std::fmt::Arguments;
use std::panic::Location;
use std::thread::ThreadId;
use std::time::Instant;

use slotmap::Key;

use super::location::SourceLocation;
pub use super::location::at_location;
use super::recorder::{Recorder, is_on, with_recorder};
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
    is_on().then(|| with_recorder(what))
}

/// A loop begins.
pub fn loop_begins() {
    record_at_last(Recorder::loop_begins);
}

/// Puts a text into the recording, if there is one: what the program prints, for instance.
#[track_caller]
pub fn mark(text: Arguments<'_>) {
    let caller = Location::caller();
    record(|recorder| {
        let line = SourceLocation::here(caller).line(recorder);
        recorder.prints(text.to_string(), Some(line));
    });
}

/// Ends a phase or a callback when it is dropped, also by a panic.
pub struct Slice;

impl Drop for Slice {
    #[cold]
    fn drop(&mut self) {
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
}

/// A part of an iteration, until the answer is dropped.
pub fn phase(kind: SpanKind) -> Option<Slice> {
    // Each turn of the loop polls once.
    record(|recorder| {
        recorder.enters(kind, kind == SpanKind::Poll);
        Slice
    })
}

/// A callback that was scheduled while a recording was on. Dropping it says that it will not run any more.
pub struct Noted {
    kind: SpanKind,
    location: SourceLocation,
    number: u64,
}

/// Notes that the caller schedules a callback; nothing unless a recording is on. Inline, since every callback asks. A task is known by its
/// key, which is larger than any number of a callback.
#[inline]
#[track_caller]
pub fn scheduled(kind: SpanKind, task: Option<TaskKey>) -> Option<Noted> {
    let caller = Location::caller();
    record(|recorder| {
        let location = SourceLocation::here(caller);
        let line = location.line(recorder);
        let number = task.map_or_else(|| recorder.next_number(), |key| key.data().as_ffi());
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
    /// Runs it.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _slice = record(|recorder| {
            let line = self.location.line(recorder);
            recorder.runs(self.number, self.kind, Some(line));
            Slice
        });
        work()
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
