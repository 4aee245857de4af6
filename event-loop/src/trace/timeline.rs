//! A run as a learner steps through it: what happened, in order, and what led to what.
//!
//! The steps are the axis. On a clock most callbacks take no visible time and one wait takes all of it; in order, each step has its place.

use serde::Serialize;

use crate::callback::SpanKind;

/// What happened, in the order in which it did. Times are microseconds from the first step.
#[derive(Debug, Default)]
pub struct Trace {
    pub(crate) name: String,
    /// Our own recordings know more than Node's: the thread that a job was on.
    pub(crate) is_ours: bool,
    pub(crate) files: Vec<String>,
    /// The texts of files that were read with it, by their names.
    pub(crate) sources: Vec<(String, String)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) spans: Vec<Span>,
    pub(crate) waits: Vec<Wait>,
    /// How many waited, and from when on.
    pub(crate) queues: Vec<(u64, QueueLengths)>,
}

impl Trace {
    /// The name of what has run it, and how it ended, unless by itself: "Node 24.0.0, exit code 1".
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// What can be pointed at: something happens, at a time and in a line.
#[derive(Debug)]
pub struct Step {
    pub at: u64,
    /// The innermost span that it is in.
    pub span: Option<usize>,
    pub line: Option<Line>,
    pub does: StepKind,
}

#[derive(Debug)]
pub enum StepKind {
    /// A phase begins in which something will happen.
    Enters,
    /// A callback begins, because of another step.
    Runs(Option<usize>),
    /// A callback is scheduled; the step at which it is waited for no longer.
    Schedules {
        kind: SpanKind,
        gone: Option<usize>,
    },
    /// A task that waited is to go on; the step at which that is off.
    Wakes(Option<usize>),
    Prints(String),
}

/// A line of one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub file: usize,
    pub number: u32,
}

/// What lasts: a phase or a callback, from its first step to its last.
#[derive(Debug)]
pub struct Span {
    pub kind: SpanKind,
    pub first: usize,
    pub last: usize,
    pub until: u64,
    pub parent: Option<usize>,
    /// A new turn of the loop begins with it.
    pub begins_turn: bool,
}

/// What goes on beside the thread of the loop.
#[derive(Debug, Serialize)]
pub struct Wait {
    #[serde(flatten)]
    pub kind: WaitKind,
    /// In which of the rows of its kind it is drawn; for a job, the thread of the pool.
    pub row: usize,
    pub first: usize,
    /// Nothing if it went on to the end.
    pub last: Option<usize>,
    pub from: u64,
    pub until: u64,
    /// The step that asked for it.
    pub asked: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind")]
pub enum WaitKind {
    Job,
    /// A timer that is set, for how many milliseconds; whether it was cleared, and whether it held the loop.
    Timer {
        ms: u64,
        cleared: bool,
        refed: bool,
    },
}

/// How many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLengths {
    pub ticks: usize,
    pub microtasks: usize,
    pub immediates: usize,
    pub timers: usize,
}
