//! What the loop calls while it runs: hands the recorder the time and the lengths of the queues.

use std::fmt::Arguments;
use std::future::poll_fn;
use std::thread::ThreadId;
use std::time::Instant;

use slotmap::Key;

use super::location::SourceLocation;
pub use super::location::at_location;
use super::recorder::{Recorder, is_on, with_recorder};
use super::timeline::QueueLengths;
use crate::callback::{BoxError, OnceCallback, RepeatCallback, SpanKind};
use crate::data::task_table::{BoxFuture, TaskKey};
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
struct Noted {
    kind: SpanKind,
    location: SourceLocation,
    number: u64,
}

/// Boxes a callback that the caller schedules.
#[track_caller]
pub fn once(
    kind: SpanKind,
    callback: impl FnOnce() -> Result<(), BoxError> + 'static,
) -> OnceCallback {
    match scheduled(kind, None) {
        None => Box::new(callback),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback()
        }),
    }
}

/// Boxes a callback that may run again.
#[track_caller]
pub fn repeat(
    kind: SpanKind,
    mut callback: impl FnMut() -> Result<(), BoxError> + 'static,
) -> RepeatCallback {
    match scheduled(kind, None) {
        None => Box::new(callback),
        Some(noted) => Box::new(move || {
            let _slice = noted.runs();
            callback()
        }),
    }
}

/// Wraps the future of a task.
#[track_caller]
pub fn task(kind: SpanKind, key: TaskKey, mut future: BoxFuture) -> BoxFuture {
    match scheduled(kind, Some(key)) {
        None => future,
        Some(noted) => Box::pin(poll_fn(move |cx| {
            let _slice = noted.runs();
            future.as_mut().poll(cx)
        })),
    }
}

/// Notes that the caller schedules a callback; nothing unless a recording is on. Inline, since every callback asks.
#[inline]
#[track_caller]
fn scheduled(kind: SpanKind, task: Option<TaskKey>) -> Option<Noted> {
    if is_on() {
        note_scheduled(kind, task)
    } else {
        None
    }
}

/// A task is known by its key, which is larger than any number of a callback.
#[track_caller]
fn note_scheduled(kind: SpanKind, task: Option<TaskKey>) -> Option<Noted> {
    let location = SourceLocation::here();
    record(|recorder| {
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
    /// It runs until the answer is dropped.
    fn runs(&self) -> Slice {
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
