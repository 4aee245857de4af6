//! Writes a run down as it happens: keeps track of what is open, what waits, and what was scheduled where.
//!
//! Each callback is recorded where it is *scheduled*, by wrapping it: a loop that is not recorded carries nothing of this but one test of a
//! flag. The recorder is told everything, and asks the loop nothing.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem::take;

use super::timeline::{Line, QueueLengths, Span, Step, StepKind, Trace};
use super::waits::Waits;
use crate::callback::SpanKind;

/// What happened so far, and what is going on.
#[derive(Default)]
pub struct Recorder {
    pub trace: Trace,
    /// In microseconds, as all times here.
    now: u64,
    /// When the loop of now began.
    base: u64,
    /// When the first step was: what came before the program is not its own.
    begin: Option<u64>,
    callbacks: u64,
    open: Vec<Open>,
    begins_turn: bool,
    /// The step that scheduled the callback of this number.
    scheduled: HashMap<u64, usize>,
    pub waits: Waits,
}

/// A phase or a callback that goes on, and its span: a phase is worth one only once something happens in it.
type Open = (SpanKind, Option<usize>);

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDER: RefCell<Recorder> = RefCell::default();
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
    let outer = Outer(ON.replace(true), RECORDER.take());
    let result = work();
    let recorded = RECORDER.take();
    drop(outer);
    let mut recorded = recorded.end("event-loop");
    recorded.is_ours = true;
    (result, recorded)
}

/// Ends a recording and puts back the one around it, also when a panic goes through.
struct Outer(bool, Recorder);

impl Drop for Outer {
    fn drop(&mut self) {
        ON.set(self.0);
        RECORDER.set(take(&mut self.1));
    }
}

pub fn is_on() -> bool {
    ON.get()
}

/// Calls `action`, which calls no foreign code, with the recorder of this thread. Out of the way of a loop that is not recorded, which asks
/// at each step.
#[cold]
#[inline(never)]
pub fn with_recorder<R>(action: impl FnOnce(&mut Recorder) -> R) -> R {
    RECORDER.with_borrow_mut(action)
}

impl Recorder {
    /// What follows happens then.
    pub fn at(&mut self, at: u64) {
        self.now = self.now.max(at);
    }

    /// What follows happens then on the clock of the loop. Events of one instant, as they are on a clock that stands still, lie a microsecond
    /// apart: their order is to be seen.
    pub fn at_loop_time(&mut self, now: Option<u64>) {
        let at = now.map_or(0, |now| self.base.saturating_add(now));
        self.now = at.max(self.now.saturating_add(1));
    }

    /// A loop begins, whose clock starts from nothing.
    pub fn loop_begins(&mut self) {
        self.base = self.now;
        self.waits.timers.clear();
    }

    pub fn line(&mut self, file: &str, number: u32) -> Line {
        let files = &mut self.trace.files;
        let known = files.iter().position(|known| known == file);
        let file = known.unwrap_or_else(|| {
            files.push(file.to_owned());
            files.len() - 1
        });
        Line { file, number }
    }

    /// Returns a number for a callback.
    pub fn next_number(&mut self) -> u64 {
        self.callbacks += 1;
        self.callbacks
    }

    /// A phase begins, perhaps as the first of its turn that is seen.
    pub fn enters(&mut self, phase: SpanKind, begins_turn: bool) {
        self.begins_turn |= begins_turn;
        self.open.push((phase, None));
    }

    pub fn schedules(&mut self, number: u64, kind: SpanKind, line: Option<Line>) {
        let step = self.step(line, StepKind::Schedules { kind, gone: None });
        self.scheduled.insert(number, step);
    }

    pub fn wakes(&mut self, number: u64) {
        let step = self.step(None, StepKind::Wakes(None));
        self.scheduled.insert(number, step);
    }

    pub fn runs(&mut self, number: u64, kind: SpanKind, line: Option<Line>) {
        // A task goes on once for each time that it was woken, any other callback because of where it was scheduled.
        let cause = match kind {
            SpanKind::Task => self.scheduled.remove(&number),
            _ => self.scheduled.get(&number).copied(),
        };
        self.open.push((kind, None));
        self.step(line, StepKind::Runs(cause));
    }

    /// The innermost phase or callback is over.
    pub fn ends(&mut self) {
        let now = self.time();
        if let Some((_, Some(span))) = self.open.pop() {
            let span = &mut self.trace.spans[span];
            span.last = self.trace.steps.len() - 1;
            span.until = now;
        }
    }

    /// The callback of this number will not run, or not again.
    pub fn drops(&mut self, number: u64) {
        let now = self.trace.steps.len();
        let step = self.scheduled.remove(&number);
        let does = step.map(|step| &mut self.trace.steps[step].does);
        if let Some(StepKind::Schedules { gone, .. } | StepKind::Wakes(gone)) = does {
            *gone = Some(now);
        }
    }

    pub fn prints(&mut self, text: String, line: Option<Line>) {
        self.step(line, StepKind::Prints(text));
    }

    /// Notes how long the queues are, unless they are as long as before.
    pub fn queues(&mut self, lengths: QueueLengths) {
        let before = self.trace.queues.last().map(|(_, before)| *before);
        if before.unwrap_or_default() != lengths {
            self.trace.queues.push((self.time(), lengths));
        }
    }

    /// Ends what is open.
    pub fn end(mut self, name: &str) -> Trace {
        while !self.open.is_empty() {
            self.ends();
        }
        name.clone_into(&mut self.trace.name);
        let now = self.time();
        let waits = self.trace.waits.iter_mut();
        for wait in waits.filter(|wait| wait.last.is_none()) {
            wait.until = now;
        }
        self.trace
    }

    pub fn time(&self) -> u64 {
        self.begin.map_or(0, |begin| self.now - begin)
    }

    fn step(&mut self, line: Option<Line>, does: StepKind) -> usize {
        let span = self.begin_spans();
        self.push(span, line, does)
    }

    fn push(&mut self, span: Option<usize>, line: Option<Line>, does: StepKind) -> usize {
        self.begin.get_or_insert(self.now);
        let at = self.time();
        self.trace.steps.push(Step {
            at,
            span,
            line,
            does,
        });
        self.trace.steps.len() - 1
    }

    /// Something happens: the phases that it happens in have begun. Returns the innermost span.
    fn begin_spans(&mut self) -> Option<usize> {
        let mut parent = None;
        for index in 0..self.open.len() {
            let (kind, span) = self.open[index];
            parent = span.or_else(|| {
                let first = self.trace.steps.len();
                let is_phase = kind < SpanKind::Tick;
                self.trace.spans.push(Span {
                    kind,
                    first,
                    last: first,
                    until: self.time(),
                    parent,
                    begins_turn: is_phase && take(&mut self.begins_turn),
                });
                let span = Some(self.trace.spans.len() - 1);
                if is_phase {
                    self.push(span, None, StepKind::Enters);
                }
                span
            });
            self.open[index].1 = parent;
        }
        parent
    }
}
