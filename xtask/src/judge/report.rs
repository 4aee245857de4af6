//! What a person sees: a line for each result, failures at once and again at the end, and one line that sums it up.

use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::judge::{State, Verdict};
use crate::run::{Node, interrupt};

/// Collects verdicts and shows them as they come.
pub struct Report {
    begun: Instant,
    planned: usize,
    verdicts: Vec<Verdict>,
}

impl Report {
    /// Returns a report on this number of verdicts, and on those that were not planned.
    pub fn new(planned: usize) -> Self {
        Self {
            begun: Instant::now(),
            planned,
            verdicts: Vec::new(),
        }
    }

    /// Shows a verdict, and keeps it for the end.
    pub fn add(&mut self, verdict: Verdict) {
        let (id, seconds) = (&verdict.id, verdict.seconds);
        let word = match verdict.state {
            State::Passed => "pass",
            State::Undecided => "undecided",
            State::Skipped => "skip",
            State::Failed | State::Missing => "FAIL",
        };
        errln!("{word} {id} ({seconds:.2}s)");
        if verdict.has_failed() || verdict.state == State::Undecided {
            outln!("\n{id}");
            verdict.files.iter().for_each(|file| outln!("  {file}"));
            let lines = verdict.problems.iter().flat_map(|problem| problem.lines());
            lines.for_each(|line| outln!("  {line}"));
            outln!("  again: {}", verdict.rerun);
        }
        self.verdicts.push(verdict);
    }

    /// Prints what failed once more, each with the command to try again, and the sums; returns the exit status.
    pub fn close(&self, node: &Node, cases: usize) -> u8 {
        let (failed, skipped) = (self.failed(), self.skipped());
        if failed > 0 {
            outln!("\nfailed:");
        }
        for verdict in self.verdicts.iter().filter(|verdict| verdict.has_failed()) {
            let (id, rerun) = (&verdict.id, &verdict.rerun);
            outln!("  {id}: {}\n    {rerun}", verdict.headline());
        }
        if skipped > 0 {
            outln!("skipped: not run, or not to the end, because of an interrupt");
        }
        let undecided = self.ids(State::Undecided);
        let mut oracle = format!("an oracle checked {} of {cases} cases", self.checked());
        if !undecided.is_empty() {
            let (count, ids) = (undecided.len(), undecided.join(", "));
            oracle += &format!("; {count} undecided, since the oracle wavers: {ids}");
        }
        let passed = self.ids(State::Passed).len();
        let counts = format!("{passed} passed, {failed} failed, {skipped} skipped");
        let seconds = self.begun.elapsed().as_secs_f64();
        outln!("{counts} ({}; {oracle}) in {seconds:.1}s", node.says);
        match self.ids(State::Failed).len() {
            _ if interrupt::requested() => 130,
            0 if failed > 0 => 3,
            0 => 0,
            _ => 1,
        }
    }

    /// Returns the same for machines.
    pub fn json(&self, node: &Node, cases: usize) -> Result<String> {
        let (passed, undecided) = (self.ids(State::Passed), self.ids(State::Undecided));
        let report = json!({
            "passed": passed.len(), "failed": self.failed(), "skipped": self.skipped(), "undecided": undecided.len(),
            "node": node.says, "cases": cases, "checked": self.checked(),
            "seconds": self.begun.elapsed().as_secs_f64(), "results": self.verdicts,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn ids(&self, state: State) -> Vec<&str> {
        let all = self.verdicts.iter();
        let of_state = all.filter(|verdict| verdict.state == state);
        of_state.map(|verdict| verdict.id.as_str()).collect()
    }

    fn failed(&self) -> usize {
        self.ids(State::Failed).len() + self.ids(State::Missing).len()
    }

    /// Counts what an interrupt cut short or kept from being run.
    fn skipped(&self) -> usize {
        let not_run = self.planned.saturating_sub(self.verdicts.len());
        self.ids(State::Skipped).len() + not_run
    }

    fn checked(&self) -> usize {
        let is_checked = |verdict: &&Verdict| verdict.checked && verdict.state != State::Undecided;
        self.verdicts.iter().filter(is_checked).count()
    }
}
