//! What the runs of one case come to, and which side is wrong.

use std::time::Duration;

use fs_err as fs;
use serde::Serialize;

use crate::cases::{Case, Order};
use crate::judge::{diff, excerpt};
use crate::run::{End, Outcome, interrupt};

/// The result of one thing that was checked.
#[derive(Clone, Default, Serialize)]
pub struct Verdict {
    pub id: String,
    pub state: State,
    /// What is wrong: a headline each, with a diff or an excerpt below it.
    pub problems: Vec<String>,
    /// The files that it is made of.
    pub files: Vec<String>,
    /// Whether an oracle took part.
    pub checked: bool,
    /// Whether it says something else than the golden file. One that was too late, and right so far, does not.
    pub is_oracle_wrong: bool,
    pub seconds: f64,
    /// The command that asks the same again.
    pub rerun: String,
}

/// From good to bad.
#[derive(Clone, Copy, Default, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    #[default]
    Passed,
    /// Our side is right, and the oracle may have been late: it has to be asked again.
    Undecided,
    /// Not run, or not to its end, because of an interrupt.
    Skipped,
    /// Failed, for the sole reason that a tool is missing.
    Missing,
    Failed,
}

impl Verdict {
    /// Returns the verdict on something that has these problems, or passes if it has no problem.
    pub fn new(id: &str, problems: impl IntoIterator<Item = String>) -> Self {
        let mut new = Self {
            id: id.to_owned(),
            ..Self::default()
        };
        new.add(State::Failed, problems);
        new
    }

    /// Adds problems, if there are any, that make it at least so bad.
    pub fn add(&mut self, state: State, problems: impl IntoIterator<Item = String>) {
        let known = self.problems.len();
        self.problems.extend(problems);
        if self.problems.len() > known {
            self.state = self.state.max(state);
        }
    }

    /// Returns the same, or "skipped" for what an interrupt has cut short.
    pub fn unless_interrupted(mut self) -> Self {
        if self.state > State::Passed && interrupt::requested() {
            self.state = State::Skipped;
        }
        self
    }

    pub fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed | State::Missing)
    }

    /// Returns the first line of the first problem.
    pub fn headline(&self) -> &str {
        let mut lines = self.problems.iter().flat_map(|problem| problem.lines());
        lines.next().unwrap_or_default()
    }
}

/// Compares both sides with the golden file. Both ran whatever the first one did, to tell which is wrong.
pub fn judge(case: &Case, rust: &Outcome, oracle: Option<&Outcome>) -> Verdict {
    let mut verdict = Verdict::new(&case.id, problems(case, "Rust", rust));
    verdict.files.clone_from(&case.files);
    verdict.seconds = rust.seconds;
    let golden = fs::read(&case.golden).ok();
    let golden = golden.map(|golden| case.settings.normalise(&golden));
    let is_golden = golden.as_ref() == Some(&case.settings.normalise(&rust.stdout));
    // Being late explains much, but no process that is left behind.
    let has_leaked = oracle.is_some_and(|oracle| !oracle.leaked.is_empty());
    let mut oracle_failure_state = State::Failed;
    if is_golden && verdict.state == State::Passed && !has_leaked {
        oracle_failure_state = State::Undecided;
    }
    if let Some(oracle) = oracle {
        verdict.checked = true;
        verdict.seconds += oracle.seconds;
        let problems = problems(case, case.oracle_name(), oracle);
        verdict.add(oracle_failure_state, problems);
    }
    if let Some(golden) = golden {
        let difference = compare(case, &golden, [Some(rust), oracle]);
        verdict.add(oracle_failure_state, difference);
        let is_late = |oracle: &Outcome| {
            let text = case.settings.normalise(&oracle.stdout);
            // In an order of its own, any part of it may come first.
            let is_part = golden.starts_with(&text) || case.settings.order != Order::Exact;
            oracle.end == End::TimedOut && is_part
        };
        verdict.is_oracle_wrong = verdict.state > State::Passed && !oracle.is_some_and(is_late);
    } else {
        let (id, is_ours) = (&case.id, case.oracle.is_none());
        let flag = if is_ours { "--from-rust " } else { "" };
        let bless = format!("missing golden: `cargo xtask bless {flag}{id}` writes it");
        verdict.add(State::Failed, [bless]);
    }
    verdict
}

/// Compares what Rust and the oracle printed with the golden text, as far as they ran to their end.
fn compare(case: &Case, golden: &[u8], runs: [Option<&Outcome>; 2]) -> Option<String> {
    let (id, other) = (&case.id, case.oracle_name());
    let [rust, oracle] = runs.map(|run| {
        let run = run.filter(|run| run.has_ended())?;
        Some(case.settings.normalise(&run.stdout))
    });
    let [from_rust, mut from_oracle] = [("Rust", &rust), (other, &oracle)].map(|(name, text)| {
        let text = text.as_ref().filter(|text| *text != golden)?;
        Some(diff("golden", golden, name, text))
    });
    let both_ran = rust.is_some() && oracle.is_some();
    let headline = match (&from_rust, &from_oracle) {
        (None, None) => return None,
        (Some(_), Some(_)) if rust == oracle => {
            from_oracle = None;
            format!("golden is stale: Rust and {other} agree; `cargo xtask bless {id}` renews it")
        }
        (Some(_), Some(_)) => format!("Rust, {other} and golden all differ"),
        (Some(_), None) if both_ran => format!("Rust differs from {other}"),
        (Some(_), None) => "Rust differs from golden (no oracle ran to its end)".to_owned(),
        (None, Some(_)) if both_ran => format!("golden and Rust agree but {other} does not"),
        (None, Some(_)) => format!("{other} differs from golden"),
    };
    let diffs = from_rust.unwrap_or_default() + &from_oracle.unwrap_or_default();
    Some(format!("{headline}\n{diffs}"))
}

/// Returns what is wrong with a run apart from what it printed.
pub fn problems(case: &Case, name: &str, run: &Outcome) -> Vec<String> {
    let settings = &case.settings;
    let mut problems = ending(name, settings.limit(), run);
    if run.has_ended() && run.end != End::Exited(settings.status) {
        let text = format!("{name}: {} instead of {}", run.end, settings.status);
        problems.push(format!("{text}\n{}", excerpt(&run.stderr)));
    }
    let expected = match settings.stderr.trim_end_matches('\n') {
        "" | "empty" => String::new(),
        text => format!("{text}\n"),
    };
    // How a foreign tool puts its errors is its own affair.
    let is_told = expected != "ignore\n" && name != "the oracle" && run.has_ended();
    if is_told && run.stderr != expected.as_bytes() {
        let shown = diff("expected", expected.as_bytes(), name, &run.stderr);
        problems.push(format!("{name}: stderr is not as expected\n{shown}"));
    }
    problems
}

/// Returns what is wrong with how a run ended.
pub fn ending(name: &str, limit: Duration, run: &Outcome) -> Vec<String> {
    let (stdout, stderr) = (excerpt(&run.stdout), excerpt(&run.stderr));
    let mut problems = Vec::new();
    match &run.end {
        End::Exited(_) => {}
        End::TimedOut => {
            let late = format!("TIMEOUT: {name} still ran after {limit:?}");
            problems.push(format!("{late}; it had printed\n{stdout}{stderr}"));
        }
        End::Stopped(why) => problems.push(format!("{name}: {why}\n{stderr}")),
    }
    for process in &run.leaked {
        problems.push(format!("LEAK: {name} left {process}"));
    }
    problems
}
