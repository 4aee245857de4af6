//! A run as a learner steps through it: what happened, in order, and what led to what.
//!
//! The steps are the axis. On a clock most callbacks take no visible time and one wait takes all of it; in order, each step has its place.

use crate::callback::CallbackKind;

/// A run, told.
#[derive(Debug, Default)]
pub struct Timeline {
    pub name: String,
    /// Our own recordings know more than Node's: the thread that a job was on, and who has woken a task.
    pub is_ours: bool,
    pub files: Vec<String>,
    pub steps: Vec<Step>,
    pub spans: Vec<Span>,
    pub waits: Vec<Wait>,
}

/// What can be pointed at: something happens, at a time and in a line.
#[derive(Debug)]
pub struct Step {
    /// In nanoseconds from the beginning.
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
    Runs {
        cause: Option<usize>,
    },
    /// A callback is scheduled; when it begins to run, and when it is waited for no longer.
    Schedules(CallbackKind, DueStep),
    /// A task that waited is to go on.
    Wakes(DueStep),
    Prints(String),
}

/// When something that waits in a queue leaves it, as steps.
#[derive(Clone, Copy, Debug, Default)]
pub struct DueStep {
    pub runs: Option<usize>,
    pub gone: Option<usize>,
}

/// A line of one of the timeline's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub file: usize,
    pub number: u32,
}

/// What lasts: a phase or a callback, from its first step to its last.
#[derive(Debug)]
pub struct Span {
    pub what: What,
    pub first: usize,
    pub last: usize,
    pub until: u64,
    pub parent: Option<usize>,
    /// A new turn of the loop begins with it.
    pub begins_turn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Phase(Phase),
    Callback(CallbackKind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Main,
    Poll,
    Check,
    Close,
    Timers,
}

/// What goes on beside the thread of the loop: a timer that is set, a job on a thread of the pool.
#[derive(Debug)]
pub struct Wait {
    pub what: Waits,
    pub first: usize,
    /// Nothing if it went on to the end.
    pub last: Option<usize>,
    pub from: u64,
    pub until: u64,
    pub line: Option<Line>,
    /// The step that asked for it.
    pub asked: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// In which of the rows it is drawn, and for how many milliseconds it is set.
    Timer {
        row: usize,
        ms: u64,
    },
    Job {
        thread: usize,
    },
}
