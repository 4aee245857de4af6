//! What the runs of one case come to, and which side is wrong.

use std::borrow::Cow;

use serde::Serialize;

use crate::cases::find::Case;
use crate::cases::settings::Limit;
use crate::judge::diff::{diff, excerpt};
use crate::run::interrupt;
use crate::run::process::{End, Outcome};

/// The result of one thing that was checked.
#[derive(Serialize)]
pub struct Verdict {
    pub id: String,
    pub state: State,
    /// What is wrong: a headline each, with a diff or an excerpt below it.
    pub problems: Vec<String>,
    /// Whether an oracle took part.
    pub checked: bool,
    pub seconds: f64,
    /// The command that asks the same again.
    pub rerun: String,
}

/// From good to bad.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Passed,
    /// Not run, or not to its end, because somebody interrupted us.
    Skipped,
    /// Failed, for the sole reason that a tool is missing.
    Missing,
    Failed,
}

impl Verdict {
    /// The verdict on something that has these problems, or passes if there are none.
    pub fn new(id: &str, problems: Vec<String>, seconds: f64) -> Self {
        let state = if problems.is_empty() {
            State::Passed
        } else {
            State::Failed
        };
        let rerun = format!("cargo xtask verify --cases-only {id}");
        Self {
            id: id.to_owned(),
            state,
            problems,
            checked: false,
            seconds,
            rerun,
        }
    }

    /// Something wrong with the files themselves, found without running anything.
    pub fn fault(id: &str, text: &str) -> Self {
        Self::new(id, vec![text.to_owned()], 0.0)
    }

    /// A run that somebody broke off has not failed.
    pub fn unless_interrupted(mut self) -> Self {
        if self.has_failed() && interrupt::requested() {
            self.state = State::Skipped;
        }
        self
    }

    pub fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed | State::Missing)
    }

    /// The first line of the first problem.
    pub fn headline(&self) -> &str {
        self.problems
            .first()
            .and_then(|problem| problem.lines().next())
            .unwrap_or_default()
    }
}

/// Compares both sides with the golden bytes. Both ran whatever the first one did, so that blame can be laid.
pub fn judge(
    case: &Case,
    golden: Option<&[u8]>,
    rust: &Outcome,
    oracle: Option<&Outcome>,
) -> Verdict {
    let mut problems = faults(case, "Rust", rust);
    problems.extend(
        oracle
            .into_iter()
            .flat_map(|run| faults(case, case.oracle.name(), run)),
    );
    match golden {
        Some(golden) => problems.extend(judge_output(case, golden, rust, oracle)),
        None => problems.push(format!(
            "missing golden: `cargo xtask bless {}` writes it",
            case.id
        )),
    }
    let seconds = rust.seconds + oracle.map_or(0.0, |run| run.seconds);
    Verdict {
        checked: oracle.is_some(),
        ..Verdict::new(&case.id, problems, seconds)
    }
}

fn judge_output(
    case: &Case,
    golden: &[u8],
    rust: &Outcome,
    oracle: Option<&Outcome>,
) -> Option<String> {
    let golden = case.rules.normalise(golden);
    let [rust, oracle] = [Some(rust), oracle].map(|run| {
        let run = run.filter(|run| run.has_ended())?;
        Some(case.rules.normalise(&run.stdout))
    });
    let differing = |name, text: &Option<Cow<[u8]>>| match text {
        Some(text) if *text != golden => Some(diff("golden", &golden, name, text)),
        _ => None,
    };
    let other = case.oracle.name();
    let both_ran = rust.is_some() && oracle.is_some();
    let (from_rust, from_oracle) = (differing("Rust", &rust), differing(other, &oracle));
    let headline = match (&from_rust, &from_oracle) {
        (None, None) => return None,
        (Some(shown), Some(_)) if rust == oracle => {
            let bless = format!("`cargo xtask bless {}` renews it", case.id);
            return Some(format!(
                "golden is stale: Rust and {other} agree; {bless}\n{shown}"
            ));
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

/// What is wrong with a run apart from what it printed.
pub fn faults(case: &Case, name: &str, run: &Outcome) -> Vec<String> {
    let settings = &case.settings;
    let mut problems = ending(name, settings.timeout, run);
    if let End::Exited(status) = run.end.clone()
        && status != settings.status
    {
        let expected = settings.status;
        let stderr = excerpt(&run.stderr);
        problems.push(format!(
            "{name}: exit status {status} instead of {expected}\n{stderr}"
        ));
    }
    let mut expected = settings.stderr.trim_end_matches('\n').to_owned() + "\n";
    if matches!(expected.as_str(), "\n" | "empty\n") {
        expected.clear();
    }
    // How a foreign tool puts its errors is its own affair.
    let is_told = expected != "ignore\n" && name != "the oracle" && run.has_ended();
    if is_told && run.stderr != expected.as_bytes() {
        let shown = diff("expected", expected.as_bytes(), name, &run.stderr);
        problems.push(format!("{name}: stderr is not as expected\n{shown}"));
    }
    problems
}

/// What is wrong with how a run ended.
pub fn ending(name: &str, limit: Limit, run: &Outcome) -> Vec<String> {
    let stderr = excerpt(&run.stderr);
    let mut problems = match &run.end {
        End::Exited(_) => Vec::new(),
        End::TimedOut => vec![format!(
            "TIMEOUT: {name} still ran after {:?}\n{stderr}",
            limit.0
        )],
        End::Stopped(why) => vec![format!("{name}: {why}\n{stderr}")],
    };
    problems.extend(
        run.leaked
            .iter()
            .map(|process| format!("LEAK: {name} left {process}")),
    );
    problems
}
