//! What ran, when, and why then: a recording that Chrome, Perfetto and this crate's own page can show.
//!
//! Node writes the like with `--trace-event-categories node.async_hooks`. Each callback is recorded where it is *scheduled*, by wrapping it: a
//! loop that nobody records carries nothing of this but one test of a flag.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Arguments;
use std::time::Duration;

use super::location::SourceLocation;
use crate::data::slot_map::Key;
use crate::event_loop::try_with;

/// What happened, in the order in which it did.
#[derive(Debug, Default)]
pub struct Trace {
    pub events: Vec<Event>,
    /// Where the next event can be at the earliest, in nanoseconds.
    pub last: u64,
    /// When the loop of now began.
    base: u64,
    callbacks: u64,
    queues: Queues,
    /// Tasks that were woken and have not run since: the number that their next run goes by.
    woken: HashMap<u64, u64>,
}

/// One step of the recording.
#[derive(Debug)]
pub struct Event {
    /// In nanoseconds from the beginning of the recording.
    pub at: u64,
    pub thread: Thread,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thread {
    Loop,
    /// A thread of the pool, by the order in which they were first seen.
    Pool(u32),
}

#[derive(Debug)]
pub enum What {
    Begin(Name),
    End,
    /// A callback was scheduled here.
    Scheduled(u64, Kind, SourceLocation),
    /// A task that has run before is to go on.
    Woken(u64),
    /// It begins to run here; its slice has just begun.
    Runs(u64),
    /// It will not run, or not again.
    Dropped(u64),
    TimerSet(Key, Duration),
    TimerGone(Key),
    Queues(Queues),
    /// Something that the program says.
    Mark(String, SourceLocation),
}

#[derive(Debug)]
pub enum Name {
    Phase(&'static str),
    Callback(Kind, SourceLocation),
    Job,
}

/// How many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queues {
    pub ticks: usize,
    pub microtasks: usize,
    pub immediates: usize,
    pub timers: usize,
}

/// What a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tick,
    Microtask,
    Immediate,
    Timer,
    Close,
    Task,
    Listener,
    JobDone,
}

thread_local! {
    pub static ON: Cell<bool> = const { Cell::new(false) };
    pub static TRACE: RefCell<Trace> = RefCell::default();
}

/// Records the loops that `work` runs on this thread.
///
/// # Examples
///
/// ```
/// use event_loop::{run_script, set_immediate, trace};
///
/// let (_, recorded) = trace(|| run_script(|| { set_immediate(|| {}); }));
/// let mut json = Vec::new();
/// recorded.write_chrome(&mut json)?;
/// assert!(String::from_utf8_lossy(&json).contains(r#""name":"check""#));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn trace<R>(work: impl FnOnce() -> R) -> (R, Trace) {
    let outer = TRACE.take();
    let was_on = ON.replace(true);
    let result = work();
    ON.set(was_on);
    (result, TRACE.replace(outer))
}

/// Puts a text into the recording, if there is one: what the program prints, for instance.
#[track_caller]
pub fn mark(text: Arguments<'_>) {
    if ON.get() {
        record(
            Thread::Loop,
            What::Mark(text.to_string(), SourceLocation::here()),
        );
    }
}

pub fn is_on() -> bool {
    ON.get()
}

/// A loop begins, whose clock starts from nothing.
pub fn loop_begins() {
    if ON.get() {
        TRACE.with_borrow_mut(|trace| {
            trace.base = trace.last;
            trace.woken.clear();
        });
    }
}

fn record(thread: Thread, what: What) {
    let now = try_with(|event_loop| event_loop.time.now());
    TRACE.with_borrow_mut(|trace| {
        let at = now.map_or(0, |now| trace.base + now);
        trace.push(at, thread, what);
    });
}

impl Trace {
    /// What happened, in order; on threads of the pool it was noted when their results arrived.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Events of one instant, as they are on a clock that stands still, lie a microsecond apart: their order is to be seen.
    fn push(&mut self, at: u64, thread: Thread, what: What) {
        let at = at.max(self.last + 1000);
        self.last = at;
        self.events.push(Event { at, thread, what });
    }
}

/// Ends a slice when it is dropped, also by a panic.
pub struct Slice(bool);

impl Drop for Slice {
    fn drop(&mut self) {
        if self.0 {
            record(Thread::Loop, What::End);
            queues();
        }
    }
}

/// A part of a turn, until the answer is dropped.
pub fn phase(name: &'static str) -> Slice {
    let on = ON.get();
    if on {
        record(Thread::Loop, What::Begin(Name::Phase(name)));
    }
    Slice(on)
}

/// A callback on its way: who scheduled it, and which one it is. Dropping it says that it will not run any more.
pub struct Callback {
    kind: Kind,
    place: SourceLocation,
    number: u64,
}

/// Notes that the caller schedules a callback; nothing unless somebody records.
#[track_caller]
pub fn scheduled(kind: Kind) -> Option<Callback> {
    if !ON.get() {
        return None;
    }
    let number = next_number();
    let place = SourceLocation::here();
    record(Thread::Loop, What::Scheduled(number, kind, place.clone()));
    Some(Callback {
        kind,
        place,
        number,
    })
}

fn next_number() -> u64 {
    TRACE.with_borrow_mut(|trace| {
        trace.callbacks += 1;
        trace.callbacks
    })
}

/// Notes that a task is to go on.
pub fn woken(task: Key) {
    if ON.get() {
        let number = next_number();
        record(Thread::Loop, What::Woken(number));
        TRACE.with_borrow_mut(|trace| trace.woken.insert(task.number(), number));
    }
}

impl Callback {
    /// It runs until the answer is dropped.
    pub fn runs(&self) -> Slice {
        self.runs_as(self.number)
    }

    /// As [`Callback::runs`], for a task: who has woken it is the cause.
    pub fn resume(&self, task: Key) -> Slice {
        let woken = TRACE.with_borrow_mut(|trace| trace.woken.remove(&task.number()));
        self.runs_as(woken.unwrap_or(self.number))
    }

    fn runs_as(&self, number: u64) -> Slice {
        let name = Name::Callback(self.kind, self.place.clone());
        record(Thread::Loop, What::Begin(name));
        record(Thread::Loop, What::Runs(number));
        Slice(ON.get())
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if ON.get() {
            record(Thread::Loop, What::Dropped(self.number));
        }
    }
}

/// A timer waits from here on.
pub fn timer_set(key: Key, duration: u64) {
    if ON.get() {
        let duration = Duration::from_nanos(duration);
        TRACE.with_borrow_mut(|trace| {
            let at = trace.last;
            trace.push(at, Thread::Loop, What::TimerSet(key, duration));
        });
    }
}

/// A timer waits no longer: it has fired, or was cleared.
pub fn timer_gone(key: Key) {
    if ON.get() {
        TRACE.with_borrow_mut(|trace| {
            let at = trace.last;
            trace.push(at, Thread::Loop, What::TimerGone(key));
        });
    }
}

/// Notes how long the queues are, if that has changed.
fn queues() {
    let now = try_with(|event_loop| Queues {
        ticks: event_loop.ticks.borrow().len(),
        microtasks: event_loop.microtasks.borrow().len(),
        immediates: event_loop.immediates.borrow().refs,
        timers: event_loop.timers.borrow().refs,
    });
    let Some(now) = now else { return };
    if TRACE.with_borrow_mut(|trace| std::mem::replace(&mut trace.queues, now)) != now {
        record(Thread::Loop, What::Queues(now));
    }
}
