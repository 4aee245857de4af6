//! What a person sees: progress while it lasts, failures at once and again at the end, and one line that sums it up.

use std::io::{IsTerminal, stderr};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::judge::{State, Verdict};
use crate::output;
use crate::run::{Node, interrupt};

/// Collects verdicts and shows them as they come.
pub struct Report {
    begun: Instant,
    planned: usize,
    is_terminal: bool,
    verdicts: Vec<Verdict>,
}

impl Report {
    /// Returns a report on this number of verdicts, and on those that were not planned.
    pub fn new(planned: usize) -> Self {
        Self {
            begun: Instant::now(),
            planned,
            is_terminal: stderr().is_terminal(),
            verdicts: Vec::new(),
        }
    }

    /// Shows a verdict, and keeps it for the end.
    pub fn add(&mut self, verdict: Verdict) {
        let (id, seconds) = (&verdict.id, verdict.seconds);
        let place = self.verdicts.len() + 1;
        let word = match verdict.state {
            State::Passed => "pass",
            State::Undecided => "undecided",
            State::Skipped => "skip",
            State::Failed | State::Missing => "FAIL",
        };
        if self.is_terminal {
            output::progress(&format!("[{place}/{}] {id}", self.planned.max(place)));
        } else {
            errln!("{word} {id} ({seconds:.2}s)");
        }
        if verdict.has_failed() {
            self.clear_line();
            outln!("\n{id}");
            verdict.files.iter().for_each(|file| outln!("  {file}"));
            let lines = verdict.problems.iter().flat_map(|problem| problem.lines());
            lines.for_each(|line| outln!("  {line}"));
            outln!("  again: {}", verdict.rerun);
        }
        self.verdicts.push(verdict);
    }

    fn clear_line(&self) {
        if self.is_terminal {
            output::progress("");
        }
    }

    /// Prints what failed once more, each with the command to try again, and the sums; returns the exit status.
    pub fn close(&self, node: &Node, cases: usize) -> u8 {
        self.clear_line();
        let [passed, failed, skipped] = self.sums();
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
        let undecided = self.of(State::Undecided);
        let undecided: Vec<_> = undecided.map(|verdict| verdict.id.as_str()).collect();
        let undecided = match undecided.len() {
            0 => String::new(),
            count => format!(
                "; {count} undecided, since the oracle wavers: {}",
                undecided.join(", ")
            ),
        };
        let (node, checked) = (&node.says, self.checked());
        let seconds = self.begun.elapsed().as_secs_f64();
        let oracle = format!("an oracle checked {checked} of {cases} cases{undecided}");
        outln!(
            "{passed} passed, {failed} failed, {skipped} skipped ({node}; {oracle}) in {seconds:.1}s"
        );
        match self.of(State::Missing).count() {
            _ if interrupt::requested() => 130,
            _ if failed == 0 => 0,
            missing if failed == missing => 3,
            _ => 1,
        }
    }

    /// Returns the same for machines.
    pub fn json(&self, node: &Node, cases: usize) -> Result<String> {
        let [passed, failed, skipped] = self.sums();
        let report = json!({
            "passed": passed, "failed": failed, "skipped": skipped, "undecided": self.of(State::Undecided).count(),
            "node": node.says, "cases": cases, "checked": self.checked(),
            "seconds": self.begun.elapsed().as_secs_f64(), "results": self.verdicts,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    /// Counts what passed, failed and was skipped.
    fn sums(&self) -> [usize; 3] {
        let failed = self.verdicts.iter().filter(|verdict| verdict.has_failed());
        let not_run = self.planned.saturating_sub(self.verdicts.len());
        let skipped = self.of(State::Skipped).count() + not_run;
        [self.of(State::Passed).count(), failed.count(), skipped]
    }

    fn of(&self, state: State) -> impl Iterator<Item = &Verdict> {
        let all = self.verdicts.iter();
        all.filter(move |verdict| verdict.state == state)
    }

    fn checked(&self) -> usize {
        let checked = self.verdicts.iter().filter(|verdict| verdict.checked);
        let checked = checked.filter(|verdict| verdict.state != State::Undecided);
        checked.count()
    }
}
