//! The recording of this thread: what ran, when, and because of what.
//!
//! Each callback is recorded where it is *scheduled*, by wrapping it: a loop that is not recorded carries nothing of this but one test of a
//! flag. The recorder is told everything, and asks the loop nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

use super::location::SourceLocation;
use crate::callback::CallbackKind;

/// What happened, in the order in which it did.
#[derive(Debug, Default)]
pub struct Trace {
    pub(super) events: Vec<Event>,
    /// When the last event was, in nanoseconds.
    pub(super) last: u64,
    /// When the loop of now began.
    base: u64,
    callbacks: u64,
    queues: QueueLengths,
    /// Tasks that were woken and have not run since: the number of their next run.
    woken: HashMap<u64, u64>,
    /// A loop of it ran on a virtual clock: the times are no durations.
    pub(crate) is_virtual: bool,
}

/// One step of the recording.
#[derive(Debug)]
pub struct Event {
    /// In nanoseconds from the beginning of the recording.
    pub at: u64,
    pub thread: Thread,
    pub kind: EventKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thread {
    Loop,
    /// A thread of the pool, by the order in which they were first seen.
    Pool(u32),
}

#[derive(Debug)]
pub enum EventKind {
    Begin(Name),
    End,
    /// A callback was scheduled here.
    Scheduled(u64, CallbackKind, SourceLocation),
    /// A task that has run before is to continue.
    Woken(u64),
    /// It begins to run here; its slice has just begun.
    Runs(u64),
    /// It will not run, or not again.
    Dropped(u64),
    TimerSet(u64, Duration),
    /// A timer has fired, or was cleared.
    TimerGone(u64),
    Queues(QueueLengths),
    /// What the program prints.
    Mark(String, SourceLocation),
}

#[derive(Debug)]
pub enum Name {
    Phase(&'static str),
    Callback(CallbackKind, SourceLocation),
    Job,
}

/// How many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLengths {
    pub ticks: usize,
    pub microtasks: usize,
    pub immediates: usize,
    pub timers: usize,
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static TRACE: RefCell<Trace> = RefCell::default();
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
    let outer = Outer(ON.replace(true), TRACE.take());
    let result = work();
    let recorded = TRACE.take();
    drop(outer);
    (result, recorded)
}

/// Ends a recording and puts back the one around it, also when a panic goes through.
struct Outer(bool, Trace);

impl Drop for Outer {
    fn drop(&mut self) {
        ON.set(self.0);
        TRACE.set(std::mem::take(&mut self.1));
    }
}

pub fn is_on() -> bool {
    ON.get()
}

/// Calls `action`, which calls no foreign code, with the recording of this thread.
pub fn with_recorder<R>(action: impl FnOnce(&mut Trace) -> R) -> R {
    TRACE.with_borrow_mut(action)
}

impl Trace {
    /// What happened, in order; what threads of the pool did was noted when their results arrived.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(super) fn loop_begins(&mut self, is_virtual: bool) {
        self.base = self.last;
        self.woken.clear();
        self.is_virtual |= is_virtual;
    }

    /// Records what happens `now`, on the clock of the loop, if there is one.
    pub(super) fn record(&mut self, now: Option<u64>, kind: EventKind) {
        self.push(now.map_or(0, |now| self.base.saturating_add(now)), kind);
    }

    pub(super) fn record_at_last(&mut self, kind: EventKind) {
        self.push(self.last, kind);
    }

    /// Events of one instant, as they are on a clock that stands still, lie a microsecond apart: their order is to be seen.
    fn push(&mut self, at: u64, kind: EventKind) {
        self.last = at.max(self.last.saturating_add(1000));
        let (at, thread) = (self.last, Thread::Loop);
        self.events.push(Event { at, thread, kind });
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.callbacks += 1;
        self.callbacks
    }

    /// Notes that a task was woken; its next run goes by the number that this returns.
    pub(super) fn woken(&mut self, task: u64) -> u64 {
        let number = self.next_number();
        self.woken.insert(task, number);
        number
    }

    pub(super) fn take_woken(&mut self, task: u64) -> Option<u64> {
        self.woken.remove(&task)
    }

    /// Whether the queues are not as long as they were.
    pub(super) fn has_changed(&mut self, queues: QueueLengths) -> bool {
        std::mem::replace(&mut self.queues, queues) != queues
    }
}
