//! What the runs of one case come to, and which side is wrong.

use std::fmt;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::case::{Case, Stderr};
use crate::diff::{diff, excerpt};
use crate::process::{End, Outcome};
use crate::side::Oracled;

/// The result of one thing that was checked.
pub struct Verdict {
    pub id: String,
    pub state: State,
    /// What is wrong, each with a diff or an excerpt below it; empty when nothing is.
    pub problems: Vec<Problem>,
    /// Whether an oracle took part.
    pub checked: bool,
    pub elapsed: Duration,
    /// The command that asks the same again.
    pub rerun: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Passed,
    Failed,
    /// Failed, for the sole reason that a tool is missing.
    Missing,
    /// Not run, or not to its end, because somebody interrupted us.
    Skipped,
}

pub struct Problem {
    pub headline: String,
    pub detail: String,
}

impl Problem {
    pub fn new(headline: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            headline: headline.into(),
            detail: detail.into(),
        }
    }
}

impl Verdict {
    pub fn new(id: &str, problems: Vec<Problem>, elapsed: Duration) -> Self {
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
            elapsed,
            rerun,
        }
    }
}

/// Compares both sides with the golden bytes. Both were run whatever the first one did, so that blame can be laid.
pub fn judge(case: &Case, golden: Option<&[u8]>, rust: &Outcome, oracle: &Oracled) -> Verdict {
    let other = case.oracle.name();
    let ran = if let Oracled::Ran(outcome) = oracle {
        Some(outcome)
    } else {
        None
    };
    let mut problems = faults(case, "Rust", rust);
    problems.extend(
        ran.into_iter()
            .flat_map(|outcome| faults(case, other, outcome)),
    );
    match golden {
        Some(golden) => problems.extend(judge_output(case, golden, rust, ran)),
        None => problems.push(Problem::new(
            format!("missing golden: `cargo xtask bless {}` writes it", case.id),
            "",
        )),
    }
    let elapsed = rust.elapsed + ran.map(|outcome| outcome.elapsed).unwrap_or_default();
    let mut verdict = Verdict::new(&case.id, problems, elapsed);
    verdict.checked = ran.is_some();
    if [Some(rust), ran]
        .into_iter()
        .flatten()
        .any(|side| side.end == End::Interrupted)
    {
        verdict.state = State::Skipped;
    }
    verdict
}

fn judge_output(
    case: &Case,
    golden: &[u8],
    rust: &Outcome,
    oracle: Option<&Outcome>,
) -> Vec<Problem> {
    let other = case.oracle.name();
    let golden = case.rules.normalise(golden);
    let output = |side: Option<&Outcome>| {
        side.filter(|side| side.has_ended())
            .map(|side| case.rules.normalise(&side.stdout).into_owned())
    };
    let (rust, oracle) = (output(Some(rust)), output(oracle));
    let differs = |name: &str, text: &Option<Vec<u8>>| {
        text.as_deref()
            .filter(|text| **text != *golden)
            .map(|text| diff("golden", &golden, name, text))
    };
    let (from_rust, from_oracle) = (differs("Rust", &rust), differs(other, &oracle));
    let both_ran = rust.is_some() && oracle.is_some();
    let headline = match (&from_rust, &from_oracle) {
        (None, None) => return Vec::new(),
        (Some(_), Some(_)) if rust == oracle => {
            let headline = format!(
                "golden is stale: Rust and {other} agree; `cargo xtask bless {}` renews it",
                case.id
            );
            return vec![Problem::new(headline, from_rust.unwrap_or_default())];
        }
        (Some(_), Some(_)) => format!("Rust, {other} and golden all differ"),
        (Some(_), None) if both_ran => format!("Rust differs from {other}"),
        (Some(_), None) => "Rust differs from golden (no oracle ran to its end)".to_owned(),
        (None, Some(_)) if both_ran => format!("golden and Rust agree but {other} does not"),
        (None, Some(_)) => format!("{other} differs from golden"),
    };
    vec![Problem::new(
        headline,
        from_rust.unwrap_or_default() + &from_oracle.unwrap_or_default(),
    )]
}

/// What is wrong with a run apart from what it printed. The stderr of a foreign tool is its own affair.
pub fn faults(case: &Case, name: &str, run: &Outcome) -> Vec<Problem> {
    let mut problems = ending(name, case.timeout, run);
    if let End::Exited(status) = run.end
        && status != case.status
    {
        problems.push(Problem::new(
            format!("{name}: exit status {status} instead of {}", case.status),
            excerpt(&run.stderr),
        ));
    }
    let expected = match &case.stderr {
        _ if name == "the oracle" || !run.has_ended() => return problems,
        Stderr::Ignored => return problems,
        Stderr::Empty => "",
        Stderr::Exactly(text) => text,
    };
    if run.stderr != expected.as_bytes() {
        let shown = diff("expected", expected.as_bytes(), name, &run.stderr);
        problems.push(Problem::new(
            format!("{name}: stderr is not as expected"),
            shown,
        ));
    }
    problems
}

/// What is wrong with how a run ended.
pub fn ending(name: &str, limit: Duration, run: &Outcome) -> Vec<Problem> {
    let mut problems = Vec::new();
    match run.end {
        End::Exited(_) => {}
        End::TimedOut => problems.push(Problem::new(
            format!("TIMEOUT: {name} still ran after {limit:?}"),
            excerpt(&run.stderr),
        )),
        end => problems.push(Problem::new(format!("{name}: {end}"), excerpt(&run.stderr))),
    }
    let leaks = run
        .leaked
        .iter()
        .map(|process| Problem::new(format!("LEAK: {name} left {process}"), ""));
    problems.extend(leaks);
    problems
}

impl Outcome {
    /// Whether it ended by itself, so that its output is whole.
    fn has_ended(&self) -> bool {
        matches!(self.end, End::Exited(_) | End::Signalled(_))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exit status {status}"),
            Self::Signalled(number) => match Signal::try_from(*number) {
                Ok(signal) => write!(f, "ended by {signal}"),
                Err(_) => write!(f, "ended by signal {number}"),
            },
            Self::TimedOut => f.write_str("out of time"),
            Self::TooMuchOutput => f.write_str("too much output"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}
