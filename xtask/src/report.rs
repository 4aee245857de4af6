//! What a person sees: progress while it lasts, failures at once and again at the end, and one line that sums it up.

use std::io::{IsTerminal, stderr};
use std::time::Instant;

use anyhow::Result;
use serde_json::json;

use crate::node::Node;
use crate::verdict::{State, Verdict};

/// Collects verdicts and shows them as they come.
pub struct Report {
    begun: Instant,
    planned: usize,
    is_terminal: bool,
    verdicts: Vec<Verdict>,
}

impl Report {
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            planned: 0,
            is_terminal: stderr().is_terminal(),
            verdicts: Vec::new(),
        }
    }

    /// Says how many more verdicts will come.
    pub fn expect(&mut self, count: usize) {
        self.planned += count;
    }

    pub fn add(&mut self, verdict: Verdict) {
        let word = match verdict.state {
            State::Passed => "pass",
            State::Failed | State::Missing => "FAIL",
            State::Skipped => "skip",
        };
        let place = self.verdicts.len() + 1;
        if self.is_terminal {
            eprint!(
                "\r\x1b[K[{place}/{}] {}",
                self.planned.max(place),
                verdict.id
            );
        } else {
            eprintln!(
                "{word} {} ({:.2}s)",
                verdict.id,
                verdict.elapsed.as_secs_f64()
            );
        }
        if word == "FAIL" {
            self.clear_line();
            println!("\n{}", verdict.id);
            for problem in &verdict.problems {
                println!("  {}", problem.headline);
                problem
                    .detail
                    .lines()
                    .for_each(|line| println!("    {line}"));
            }
        }
        self.verdicts.push(verdict);
    }

    /// Ends the progress line, so that something else can be said.
    pub fn clear_line(&self) {
        if self.is_terminal {
            eprint!("\r\x1b[K");
        }
    }

    pub fn count(&self, state: State) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.state == state)
            .count()
    }

    /// Prints what failed once more, each with the command to try again, and the sums; returns the exit status.
    pub fn close(&self, node: &Node, cases: usize) -> u8 {
        self.clear_line();
        let failed = self.count(State::Failed) + self.count(State::Missing);
        if failed > 0 {
            println!("\nfailed:");
        }
        for verdict in self
            .verdicts
            .iter()
            .filter(|verdict| matches!(verdict.state, State::Failed | State::Missing))
        {
            let headline = verdict
                .problems
                .first()
                .map_or("", |problem| problem.headline.as_str());
            println!("  {}: {headline}\n    {}", verdict.id, verdict.rerun);
        }
        let skipped = self.skipped();
        if skipped > 0 {
            println!("skipped: not run to the end, because of an interrupt");
        }
        println!(
            "{} passed, {failed} failed, {skipped} skipped ({}; an oracle checked {} of {cases} cases) in {:.1}s",
            self.count(State::Passed),
            node.describe(),
            self.checked(),
            self.begun.elapsed().as_secs_f64()
        );
        match (self.count(State::Failed), self.count(State::Missing)) {
            _ if crate::interrupt::requested() => 130,
            (0, 0) => 0,
            (0, _) => 3,
            _ => 1,
        }
    }

    /// The same for machines.
    pub fn json(&self, node: &Node, cases: usize) -> Result<String> {
        let list: Vec<_> = self.verdicts.iter().map(|verdict| {
            let state = match verdict.state {
                State::Passed => "passed",
                State::Failed => "failed",
                State::Missing => "missing tool",
                State::Skipped => "skipped",
            };
            let problems: Vec<_> = verdict.problems.iter().map(|one| json!({ "headline": one.headline, "detail": one.detail })).collect();
            let ms = verdict.elapsed.as_secs_f64() * 1000.0;
            json!({ "id": verdict.id, "state": state, "oracle": verdict.checked, "ms": ms, "problems": problems })
        }).collect();
        let report = json!({
            "node": node.describe(),
            "passed": self.count(State::Passed),
            "failed": self.count(State::Failed) + self.count(State::Missing),
            "skipped": self.skipped(),
            "cases": cases,
            "checked_by_oracle": self.checked(),
            "seconds": self.begun.elapsed().as_secs_f64(),
            "results": list,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }

    fn checked(&self) -> usize {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.checked)
            .count()
    }

    fn skipped(&self) -> usize {
        self.count(State::Skipped) + self.planned.saturating_sub(self.verdicts.len())
    }
}
