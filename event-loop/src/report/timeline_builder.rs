//! Writes a timeline down as it happens: keeps track of what is open, what waits, and what was scheduled where.

use std::collections::{BTreeSet, HashMap};

use super::timeline::{DueStep, Line, Phase, Span, Step, StepKind, Timeline, Wait, Waits, What};
use crate::callback::CallbackKind;

/// Writes a timeline down as it happens.
#[derive(Default)]
pub struct TimelineBuilder {
    timeline: Timeline,
    now: u64,
    open: Vec<Open>,
    begins_turn: bool,
    /// The step that scheduled the callback of this number.
    scheduled: HashMap<u64, usize>,
    timers: HashMap<u64, usize>,
    /// The rows of timers, and those of them that are free again.
    rows: usize,
    free_rows: BTreeSet<usize>,
    /// The step at which each thread of the pool gave back its last job.
    jobs: Vec<usize>,
    files: HashMap<String, usize>,
}

/// A phase is worth a step only once something happens in it.
struct Open {
    what: Option<What>,
    span: Option<usize>,
}

impl TimelineBuilder {
    pub fn new(name: &str) -> Self {
        let mut builder = Self::default();
        name.clone_into(&mut builder.timeline.name);
        builder
    }

    /// What follows happens then.
    pub fn at(&mut self, at: u64) {
        self.now = self.now.max(at);
    }

    pub fn line(&mut self, file: &str, number: u32) -> Line {
        let files = &mut self.timeline.files;
        let known = self.files.get(file).copied();
        let file = known.unwrap_or_else(|| {
            files.push(file.to_owned());
            self.files.insert(file.to_owned(), files.len() - 1);
            files.len() - 1
        });
        Line { file, number }
    }

    pub fn enters(&mut self, phase: Option<Phase>) {
        self.begins_turn |= phase == Some(Phase::Poll);
        self.open.push(Open {
            what: phase.map(What::Phase),
            span: None,
        });
    }

    pub fn schedules(&mut self, number: u64, kind: CallbackKind, line: Option<Line>) {
        let step = self.step(line, StepKind::Schedules(kind, DueStep::default()));
        self.scheduled.insert(number, step);
    }

    pub fn wakes(&mut self, number: u64) {
        let step = self.step(None, StepKind::Wakes(DueStep::default()));
        self.scheduled.insert(number, step);
    }

    pub fn runs(&mut self, number: u64, kind: CallbackKind, line: Option<Line>) {
        let cause = self.scheduled.get(&number).copied();
        self.open.push(Open {
            what: Some(What::Callback(kind)),
            span: None,
        });
        self.begin_spans();
        let step = self.step(line, StepKind::Runs { cause });
        if let Some(due) = cause.and_then(|cause| self.due(cause)) {
            due.runs.get_or_insert(step);
        }
    }

    /// The innermost phase or callback is over.
    pub fn ends(&mut self) {
        let Some(Open {
            span: Some(span), ..
        }) = self.open.pop()
        else {
            return;
        };
        let span = &mut self.timeline.spans[span];
        span.last = self.timeline.steps.len() - 1;
        span.until = self.now;
    }

    pub fn drops(&mut self, number: u64) {
        let now = self.timeline.steps.len();
        let step = self.scheduled.remove(&number);
        if let Some(due) = step.and_then(|step| self.due(step)) {
            due.gone = Some(now);
        }
    }

    pub fn prints(&mut self, text: String, line: Option<Line>) {
        self.step(line, StepKind::Prints(text));
    }

    /// A timer is set, which the last step may just have asked for. One that was set before was asked for then.
    pub fn sets_timer(&mut self, key: u64, ms: u64, was_just_asked: bool) {
        let before = self.timers.get(&key);
        let asked = if was_just_asked {
            self.timeline.steps.len().checked_sub(1)
        } else {
            before.and_then(|wait| self.timeline.waits[*wait].asked)
        };
        let row = self.free_rows.pop_first().unwrap_or_else(|| {
            self.rows += 1;
            self.rows - 1
        });
        let wait = self.wait(Waits::Timer { row, ms }, asked);
        self.timers.insert(key, wait);
    }

    pub fn timer_is_gone(&mut self, key: u64) {
        let Some(wait) = self.timers.get(&key) else {
            return;
        };
        let wait = &mut self.timeline.waits[*wait];
        if let (None, Waits::Timer { row, .. }) = (wait.last, wait.what) {
            wait.last = Some(self.timeline.steps.len().saturating_sub(1));
            wait.until = self.now;
            self.free_rows.insert(row);
        }
    }

    /// The result of a job is being delivered, which was on this thread of the pool at these times; without one, on any that was free.
    pub fn job_has_run(&mut self, ran: Option<(usize, u64, u64)>) {
        if let Some(Step {
            line,
            does: StepKind::Runs { cause: Some(cause) },
            ..
        }) = self.timeline.steps.last()
        {
            let (cause, line) = (*cause, *line);
            self.job(cause, line, ran);
        }
    }

    /// A job of this number has ended, without a callback of its own.
    pub fn job_is_over(&mut self, number: u64) {
        if let Some(asked) = self.scheduled.get(&number).copied() {
            self.job(asked, self.timeline.steps[asked].line, None);
        }
    }

    fn job(&mut self, asked: usize, line: Option<Line>, ran: Option<(usize, u64, u64)>) {
        let step = self.timeline.steps.len().saturating_sub(1);
        let (thread, from, until) = ran.unwrap_or_else(|| {
            let free = self.jobs.iter().position(|last| *last <= asked);
            let thread = free.unwrap_or(self.jobs.len());
            (thread, self.timeline.steps[asked].at, self.now)
        });
        if self.jobs.len() <= thread {
            self.jobs.resize(thread + 1, 0);
        }
        // A thread takes one job at a time; when it took this one, the loop cannot tell.
        let first = std::mem::replace(&mut self.jobs[thread], step).max(asked);
        self.timeline.waits.push(Wait {
            what: Waits::Job { thread },
            first,
            last: Some(step),
            from,
            until,
            line,
            asked: Some(asked),
        });
    }

    pub fn end(mut self) -> Timeline {
        while !self.open.is_empty() {
            self.ends();
        }
        // What came before the program is not its own.
        let Timeline {
            steps,
            spans,
            waits,
            ..
        } = &mut self.timeline;
        let begin = steps.first().map_or(0, |step| step.at);
        for wait in waits {
            if wait.last.is_none() {
                wait.until = self.now;
            }
            wait.from = wait.from.saturating_sub(begin);
            wait.until = wait.until.saturating_sub(begin);
        }
        for step in steps {
            step.at -= begin;
        }
        for span in spans {
            span.until -= begin;
        }
        self.timeline
    }

    fn wait(&mut self, what: Waits, asked: Option<usize>) -> usize {
        self.timeline.waits.push(Wait {
            what,
            first: self.timeline.steps.len().saturating_sub(1),
            last: None,
            from: self.now,
            until: self.now,
            line: asked.and_then(|step| self.timeline.steps[step].line),
            asked,
        });
        self.timeline.waits.len() - 1
    }

    fn due(&mut self, step: usize) -> Option<&mut DueStep> {
        match &mut self.timeline.steps[step].does {
            StepKind::Schedules(_, due) | StepKind::Wakes(due) => Some(due),
            _ => None,
        }
    }

    fn step(&mut self, line: Option<Line>, does: StepKind) -> usize {
        self.begin_spans();
        let span = self.open.iter().rev().find_map(|open| open.span);
        self.push(span, line, does)
    }

    fn push(&mut self, span: Option<usize>, line: Option<Line>, does: StepKind) -> usize {
        let at = self.now;
        self.timeline.steps.push(Step {
            at,
            span,
            line,
            does,
        });
        self.timeline.steps.len() - 1
    }

    /// Something happens: the phases that it happens in have begun.
    fn begin_spans(&mut self) {
        let mut parent = None;
        for index in 0..self.open.len() {
            let Open {
                what: Some(what),
                span,
            } = self.open[index]
            else {
                continue;
            };
            parent = span.or_else(|| {
                let first = self.timeline.steps.len();
                let is_phase = matches!(what, What::Phase(_));
                self.timeline.spans.push(Span {
                    what,
                    first,
                    last: first,
                    until: self.now,
                    parent,
                    begins_turn: is_phase && std::mem::take(&mut self.begins_turn),
                });
                let span = Some(self.timeline.spans.len() - 1);
                if is_phase {
                    self.push(span, None, StepKind::Enters);
                }
                span
            });
            self.open[index].span = parent;
        }
    }
}
