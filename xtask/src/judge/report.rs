//! What a person sees: progress while it lasts, failures at once and again at the end, and one line that sums it up.

use std::io::{IsTerminal, stderr};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::judge::verdict::{State, Verdict};
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
    /// A report on so many verdicts, and on those that nobody planned.
    pub fn new(planned: usize) -> Self {
        let is_terminal = stderr().is_terminal();
        Self {
            begun: Instant::now(),
            planned,
            is_terminal,
            verdicts: Vec::new(),
        }
    }

    pub fn add(&mut self, verdict: Verdict) {
        let (id, seconds) = (&verdict.id, verdict.seconds);
        let (place, planned) = (self.verdicts.len() + 1, self.planned);
        let word = match verdict.state {
            State::Passed => "pass",
            State::Skipped => "skip",
            State::Failed | State::Missing => "FAIL",
        };
        if self.is_terminal {
            err!("\r\x1b[K[{place}/{}] {id}", planned.max(place));
        } else {
            err!("{word} {id} ({seconds:.2}s)\n");
        }
        if verdict.has_failed() {
            self.clear_line();
            outln!("\n{id}");
            for line in verdict.problems.iter().flat_map(|problem| problem.lines()) {
                outln!("  {line}");
            }
        }
        self.verdicts.push(verdict);
    }

    fn clear_line(&self) {
        if self.is_terminal {
            err!("\r\x1b[K");
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
        let (node, checked, seconds) = (
            &node.says,
            self.checked(),
            self.begun.elapsed().as_secs_f64(),
        );
        outln!(
            "{passed} passed, {failed} failed, {skipped} skipped \
             ({node}; an oracle checked {checked} of {cases} cases) in {seconds:.1}s"
        );
        match (failed, self.count(State::Missing)) {
            _ if interrupt::requested() => 130,
            (0, _) => 0,
            (failed, missing) if failed == missing => 3,
            _ => 1,
        }
    }

    /// The same for machines.
    pub fn json(&self, node: &Node, cases: usize) -> Result<String> {
        let (passed, failed, skipped) = self.sums();
        let report = json!({
            "passed": passed, "failed": failed, "skipped": skipped,
            "node": node.says, "cases": cases, "checked": self.checked(),
            "seconds": self.begun.elapsed().as_secs_f64(), "results": self.verdicts,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn sums(&self) -> (usize, usize, usize) {
        let failed = self.count(State::Failed) + self.count(State::Missing);
        let unheard = self.planned.saturating_sub(self.verdicts.len());
        (
            self.count(State::Passed),
            failed,
            self.count(State::Skipped) + unheard,
        )
    }

    fn count(&self, state: State) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.state == state)
            .count()
    }

    fn checked(&self) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.checked)
            .count()
    }
}
