//! What goes on beside the thread of the loop: timers that are set, and jobs of the thread pool.

use std::collections::{BTreeSet, HashMap};
use std::mem::replace;
use std::thread::ThreadId;

use super::recorder::Recorder;
use super::timeline::{StepKind, Wait, WaitKind};

/// What waits, and in which rows it is drawn.
#[derive(Default)]
pub struct Waits {
    /// The wait of each timer that was set.
    pub timers: HashMap<u64, usize>,
    /// The rows of timers, and those of them that are free again.
    rows: usize,
    free_rows: BTreeSet<usize>,
    /// The threads of the pool, in the order in which they were first seen.
    threads: Vec<ThreadId>,
    /// The step and the time at which each of them gave back its last job.
    jobs: Vec<(usize, u64)>,
}

impl Recorder {
    /// A timer is set, by the step that has just scheduled it; one that was set before was asked for then.
    pub fn sets_timer(&mut self, key: u64, ms: u64) {
        let before = self.waits.timers.get(&key).copied();
        let before = before.map(|wait| &self.trace.waits[wait]);
        let (asked, refed) = match before.map(|wait| (wait.asked, wait.kind)) {
            Some((asked, WaitKind::Timer { refed, .. })) => (asked, refed),
            _ => (self.trace.steps.len().checked_sub(1), true),
        };
        let row = self.waits.free_rows.pop_first().unwrap_or_else(|| {
            self.waits.rows += 1;
            self.waits.rows - 1
        });
        self.waits.timers.insert(key, self.trace.waits.len());
        self.trace.waits.push(Wait {
            kind: WaitKind::Timer {
                ms,
                cleared: false,
                refed,
            },
            row,
            first: self.trace.steps.len().saturating_sub(1),
            last: None,
            from: self.time(),
            until: self.time(),
            asked,
        });
    }

    /// A timer that waits does so no longer.
    pub fn timer_is_gone(&mut self, key: u64, is_cleared: bool) {
        let last = self.trace.steps.len().saturating_sub(1);
        if let Some(wait) = self.waiting_timer(key) {
            wait.last = Some(last);
            let row = wait.row;
            if let WaitKind::Timer { cleared, .. } = &mut wait.kind {
                *cleared = is_cleared;
            }
            self.waits.free_rows.insert(row);
        }
    }

    /// A timer holds the loop from here on, or does not.
    pub fn refs_timer(&mut self, key: u64, is_refed: bool) {
        let timer = self.waiting_timer(key).map(|wait| &mut wait.kind);
        if let Some(WaitKind::Timer { refed, .. }) = timer {
            *refed = is_refed;
        }
    }

    fn waiting_timer(&mut self, key: u64) -> Option<&mut Wait> {
        let now = self.time();
        let wait = &mut self.trace.waits[*self.waits.timers.get(&key)?];
        let waits = wait.last.is_none();
        if waits {
            wait.until = now;
        }
        waits.then_some(wait)
    }

    /// Returns the number of a thread of the pool.
    pub fn pool_thread(&mut self, thread: ThreadId) -> usize {
        let known = self.waits.threads.iter().position(|known| *known == thread);
        known.unwrap_or_else(|| {
            self.waits.threads.push(thread);
            self.waits.threads.len() - 1
        })
    }

    /// The callback that has just begun delivers the result of a job, which was for so long on this thread of the pool; if that is not known,
    /// on any that was free.
    pub fn job_has_run(&mut self, ran: Option<(usize, u64)>) {
        let step = self.trace.steps.last();
        let Some(StepKind::Runs(Some(asked))) = step.map(|step| &step.does) else {
            return;
        };
        let asked = *asked;
        let (step, now) = (self.trace.steps.len() - 1, self.time());
        let jobs = &mut self.waits.jobs;
        let (thread, took) = ran.unwrap_or_else(|| {
            let free = jobs.iter().position(|(last, _)| *last <= asked);
            (free.unwrap_or(jobs.len()), now - self.trace.steps[asked].at)
        });
        jobs.resize(jobs.len().max(thread + 1), (0, 0));
        // A thread takes one job at a time; when it took this one, the loop cannot tell.
        let (last, until) = replace(&mut jobs[thread], (step, now));
        self.trace.waits.push(Wait {
            kind: WaitKind::Job,
            row: thread,
            first: last.max(asked),
            last: Some(step),
            from: now.saturating_sub(took).max(until),
            until: now,
            asked: Some(asked),
        });
    }
}
