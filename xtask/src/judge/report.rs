//! What a person sees: a line for each result, failures at once and again at the end, and one line that sums it up.

use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use fs_err as fs;
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

    /// Prints what failed once more, each with the command to try again, and the sums; writes the same for a machine;
    /// returns the exit status.
    pub fn close(&self, node: &Node, cases: usize, json: Option<&Path>) -> Result<u8> {
        let (passed, undecided) = (self.ids(State::Passed).len(), self.ids(State::Undecided));
        let missing = self.ids(State::Missing).len();
        let failed = self.ids(State::Failed).len() + missing;
        // An interrupt cut them short, or kept them from being run.
        let not_run = self.planned.saturating_sub(self.verdicts.len());
        let skipped = self.ids(State::Skipped).len() + not_run;
        let is_checked = |one: &&Verdict| one.checked && one.state != State::Undecided;
        let checked = self.verdicts.iter().filter(is_checked).count();
        let seconds = self.begun.elapsed().as_secs_f64();
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
        let mut oracle = format!("an oracle checked {checked} of {cases} cases");
        if !undecided.is_empty() {
            let (count, ids) = (undecided.len(), undecided.join(", "));
            oracle += &format!("; {count} undecided, since the oracle wavers: {ids}");
        }
        let counts = format!("{passed} passed, {failed} failed, {skipped} skipped");
        outln!("{counts} ({}; {oracle}) in {seconds:.1}s", node.says);
        if let Some(file) = json {
            let report = json!({
                "passed": passed, "failed": failed, "skipped": skipped, "undecided": undecided.len(), "node": node.says,
                "cases": cases, "checked": checked, "seconds": seconds, "results": self.verdicts,
            });
            fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
        }
        Ok(match failed - missing {
            _ if interrupt::requested() => 130,
            0 if missing > 0 => 3,
            0 => 0,
            _ => 1,
        })
    }

    fn ids(&self, state: State) -> Vec<&str> {
        let all = self.verdicts.iter();
        let of_state = all.filter(|verdict| verdict.state == state);
        of_state.map(|verdict| verdict.id.as_str()).collect()
    }
}
