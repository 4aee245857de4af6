//! What a person sees: progress while it lasts, failures at once and again at the end, and one line that sums it up.

use std::io::{IsTerminal, stderr};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::judge::verdict::{State, Verdict};
use crate::output;
use crate::run::interrupt;
use crate::run::node::Node;

/// Collects verdicts and shows them as they come.
pub struct Report {
    begun: Instant,
    planned: usize,
    is_terminal: bool,
    verdicts: Vec<Verdict>,
}

impl Report {
    /// A report on this number of verdicts, and on those that were not planned.
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
            for line in verdict.problems.iter().flat_map(|problem| problem.lines()) {
                outln!("  {line}");
            }
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
        let (passed, failed, skipped) = self.sums();
        if failed > 0 {
            outln!("\nfailed:");
        }
        for verdict in self.verdicts.iter().filter(|verdict| verdict.has_failed()) {
            outln!(
                "  {}: {}\n    {}",
                verdict.id,
                verdict.headline(),
                verdict.rerun
            );
        }
        if skipped > 0 {
            outln!("skipped: not run, or not to the end, because of an interrupt");
        }
        let undecided: Vec<_> = self
            .of(State::Undecided)
            .map(|verdict| verdict.id.as_str())
            .collect();
        let undecided = match undecided.len() {
            0 => String::new(),
            count => format!(
                "; {count} undecided, since the oracle wavers: {}",
                undecided.join(", ")
            ),
        };
        let (node, checked, seconds) = (
            &node.says,
            self.checked(),
            self.begun.elapsed().as_secs_f64(),
        );
        outln!(
            "{passed} passed, {failed} failed, {skipped} skipped \
             ({node}; an oracle checked {checked} of {cases} cases{undecided}) in {seconds:.1}s"
        );
        match (failed, self.of(State::Missing).count()) {
            _ if interrupt::requested() => 130,
            (0, _) => 0,
            (failed, missing) if failed == missing => 3,
            _ => 1,
        }
    }

    /// Returns the same for machines.
    pub fn json(&self, node: &Node, cases: usize) -> Result<String> {
        let (passed, failed, skipped) = self.sums();
        let report = json!({
            "passed": passed, "failed": failed, "skipped": skipped, "undecided": self.of(State::Undecided).count(),
            "node": node.says, "cases": cases, "checked": self.checked(),
            "seconds": self.begun.elapsed().as_secs_f64(), "results": self.verdicts,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn sums(&self) -> (usize, usize, usize) {
        let failed = self.of(State::Failed).count() + self.of(State::Missing).count();
        let not_run = self.planned.saturating_sub(self.verdicts.len());
        (
            self.of(State::Passed).count(),
            failed,
            self.of(State::Skipped).count() + not_run,
        )
    }

    fn of(&self, state: State) -> impl Iterator<Item = &Verdict> {
        self.verdicts
            .iter()
            .filter(move |verdict| verdict.state == state)
    }

    fn checked(&self) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.checked && verdict.state != State::Undecided)
            .count()
    }
}
