//! `verify`: every lesson, command and README block does what its golden file and its oracle say.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::{available_parallelism, sleep};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cases::console::Block;
use crate::cases::find::Case;
use crate::cases::selection::Selection;
use crate::cases::settings::Limit;
use crate::cases::workspace::{Crate, Workspace};
use crate::judge::diff::{diff, excerpt};
use crate::judge::report::Report;
use crate::judge::self_check::blind_spots;
use crate::judge::verdict::{State, Verdict, ending, judge};
use crate::run::node::Wanted;
use crate::run::process::End;
use crate::run::sandbox::{Oracled, Runner};
use crate::run::{cargo, interrupt, leaks, node, pool};

/// How `verify` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only what has one of these in its id: a crate, CRATE/CASE, or a part of either
    filters: Vec<String>,
    /// Leave out `cargo test`
    #[arg(long)]
    cases_only: bool,
    /// auto: take Node if it is there; require: it and all other oracles must be there; skip: leave it; or where it is
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto", value_parser = Wanted::parse)]
    node: Wanted,
    /// How many cases run at once [default: one for each CPU]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run each case so often; all runs must pass
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Write the results to a file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Change each line in memory as well: the comparison must notice
    #[arg(long)]
    self_check: bool,
}

/// What is run: a case, or a block of a README.
enum Unit<'a> {
    Case(&'a Case),
    Block(&'a Block),
}

/// Runs everything that the filters choose; returns the exit status.
pub fn verify(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let Selection {
        cases,
        blocks,
        faults,
        whole,
        needed,
    } = Selection::read(&workspace, &options.filters)?;
    let node = node::Node::find(&options.node)?;
    let stage = Runner {
        node,
        executables: cargo::build_all(&workspace.root, &needed, &[])?,
    };
    let tested = if options.cases_only { &[][..] } else { &whole };
    let mut units: Vec<_> = cases.iter().map(Unit::Case).collect();
    units.extend(blocks.iter().map(Unit::Block));
    let mut report = Report::new(faults.len() + units.len() + tested.len());

    faults.into_iter().for_each(|fault| report.add(fault));
    for one in &whole {
        unlisted(&stage, &cases, one)?
            .into_iter()
            .for_each(|fault| report.add(fault));
    }
    for one in tested.iter().take_while(|_| !interrupt::requested()) {
        report.add(options.test(&workspace, &stage, one)?);
    }
    let before: BTreeSet<_> = leaks::descendants()
        .iter()
        .map(|process| process.pid)
        .collect();
    let jobs = options
        .jobs
        .or(available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let is_serial = |unit: &Unit| matches!(unit, Unit::Case(case) if case.settings.serial);
    let work = |unit| options.repeated(&stage, unit);
    pool::each(&units, jobs, is_serial, work, |verdict| report.add(verdict));
    leaked_processes(&before)
        .into_iter()
        .for_each(|verdict| report.add(verdict));

    if let Some(file) = &options.json {
        let json = report.json(&stage.node, cases.len())?;
        fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    Ok(report.close(&stage.node, cases.len()))
}

impl Options {
    fn repeated(&self, stage: &Runner, unit: &Unit) -> Verdict {
        let times = self.repeat.get();
        let rest = (1..times).take_while(|_| !interrupt::requested());
        let runs: Vec<_> = [0]
            .into_iter()
            .chain(rest)
            .map(|_| self.check(stage, unit))
            .collect();
        let failed = runs.iter().filter(|run| run.has_failed()).count();
        let passed = runs.iter().filter(|run| run.state == State::Passed).count();
        // What did not pass speaks for all runs.
        let worst = runs
            .into_iter()
            .max_by_key(|run| run.state)
            .expect("there is one run");
        if failed == 0 || passed == 0 {
            return worst;
        }
        let headline = format!("FLAKY: {failed} of {times} runs failed, one of them so:");
        let problems = [headline].into_iter().chain(worst.problems).collect();
        Verdict { problems, ..worst }
    }

    fn check(&self, stage: &Runner, unit: &Unit) -> Verdict {
        let (id, verdict) = match unit {
            Unit::Case(case) => (&case.id, self.check_case(stage, case)),
            Unit::Block(block) => (&block.id, check_block(stage, block)),
        };
        let verdict = verdict.unwrap_or_else(|error| Verdict::fault(id, &format!("{error:#}")));
        verdict.unless_interrupted()
    }

    fn check_case(&self, stage: &Runner, case: &Case) -> Result<Verdict> {
        let golden = fs::read(&case.golden).ok();
        let rust = stage.rust(case)?;
        let oracle = stage.oracle(case)?;
        let ran = if let Oracled::Ran(outcome) = &oracle {
            Some(outcome)
        } else {
            None
        };
        let mut verdict = judge(case, golden.as_deref(), &rust, ran);
        if self.self_check && verdict.state == State::Passed {
            let blind = blind_spots(&case.rules, &rust.stdout);
            verdict.problems.extend(
                blind
                    .iter()
                    .map(|spot| format!("BLIND: it goes unnoticed when {spot}")),
            );
            verdict.state = if blind.is_empty() {
                State::Passed
            } else {
                State::Failed
            };
        }
        if let (Oracled::Absent(why), Wanted::Required) = (&oracle, &self.node) {
            verdict.state = verdict.state.max(State::Missing);
            verdict
                .problems
                .push(format!("the oracle is missing: {why}"));
        }
        Ok(verdict)
    }

    fn test(&self, workspace: &Workspace, stage: &Runner, one: &Crate) -> Result<Verdict> {
        let require_peers = matches!(self.node, Wanted::Required);
        let outcome = cargo::test(&workspace.root, one, &stage.node, require_peers)?;
        let mut problems = ending("cargo test", Limit::default(), &outcome);
        if outcome.has_ended() && outcome.end != End::Exited(0) {
            // The end tells most: what failed is repeated there.
            let start = outcome.stdout.len().saturating_sub(4_000);
            problems.push(format!(
                "cargo test failed\n{}",
                excerpt(&outcome.stdout[start..])
            ));
        }
        let verdict = Verdict::new(
            &format!("{}/cargo-test", one.name),
            problems,
            outcome.seconds,
        );
        let rerun = format!("cargo test -p {}", one.name);
        Ok(Verdict { rerun, ..verdict }.unless_interrupted())
    }
}

fn check_block(stage: &Runner, block: &Block) -> Result<Verdict> {
    let (text, mut problems) = stage.block(block)?;
    if text != block.text.as_bytes() {
        let shown = diff("README", block.text.as_bytes(), "Rust", &text);
        let bless = format!("`cargo xtask bless --readme {}` renews it", block.id);
        problems.push(format!("the README shows something else: {bless}\n{shown}"));
    }
    Ok(Verdict::new(&block.id, problems, 0.0))
}

/// Every lesson that a crate lists has a case, and every case of a lesson is listed.
fn unlisted(stage: &Runner, cases: &[Case], one: &Crate) -> Result<Vec<Verdict>> {
    let listed: BTreeSet<_> = stage.lessons(&one.name)?.into_iter().collect();
    let cases = cases.iter().filter(|case| case.krate == one.name);
    let shown: BTreeSet<_> = cases.filter_map(|case| case.lesson.clone()).collect();
    let differences = listed.symmetric_difference(&shown).map(|name| {
        let text = if listed.contains(name) {
            "unlisted: `tour --list` names it, but golden/ has no case for it"
        } else {
            "unlisted: golden/ has a case for it, but `tour --list` does not name it"
        };
        Verdict::fault(&format!("{}/{name}", one.name), text)
    });
    Ok(differences.collect())
}

/// Processes that left their group and shed their environment: nobody knows whose they were, but they are ours.
fn leaked_processes(before: &BTreeSet<i32>) -> Option<Verdict> {
    let mut problems = Vec::new();
    let mut known = before.clone();
    loop {
        let mut alive = leaks::descendants();
        alive.retain(|process| !before.contains(&process.pid));
        if alive.is_empty() {
            break;
        }
        for stray in alive.iter().filter(|stray| known.insert(stray.pid)) {
            problems.push(format!("LEAK: some case left {}", stray.describe()));
            // It may be gone by now, which is as well.
            let _ = kill(Pid::from_raw(stray.pid), Signal::SIGKILL);
        }
        sleep(Duration::from_millis(1));
    }
    let verdict = Verdict::new("leftovers", problems, 0.0);
    let rerun = "cargo xtask verify --cases-only --jobs 1".to_owned();
    verdict.has_failed().then_some(Verdict { rerun, ..verdict })
}
