//! `verify`: every lesson, command and README block does what its golden file and its oracle say.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::case::{Case, Fault, check_shares};
use crate::diff::{diff, excerpt};
use crate::node::{Node, Wanted};
use crate::process::End;
use crate::readme::Block;
use crate::report::Report;
use crate::selection::Selection;
use crate::selfcheck::blind_spots;
use crate::side::{Oracled, Stage};
use crate::verdict::{Problem, State, Verdict, ending, judge};
use crate::workspace::{Crate, Workspace};
use crate::{cargo, interrupt, pool, procfs};

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
    Block(&'a Block, PathBuf),
}

/// Runs everything that the filters choose; returns the exit status.
pub fn verify(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let selection = Selection::read(&workspace, &options.filters)?;
    let node = Node::find(&options.node)?;
    let mut report = Report::new();

    let shares =
        check_shares(&selection.cases.iter().collect::<Vec<_>>()).filter(|_| selection.everything);
    for fault in selection.faults.iter().chain(&shares) {
        report.add(complaint(fault));
    }
    let executables = cargo::build_all(&workspace.root, &selection.needed(&workspace))?;
    let stage = Stage { node, executables };
    for one in &selection.whole {
        unlisted(&stage, &selection, one)?
            .iter()
            .for_each(|fault| report.add(complaint(fault)));
    }
    let units = units(&workspace, &selection)?;
    report.expect(units.len());
    if !options.cases_only {
        report.expect(selection.whole.len());
        for one in selection
            .whole
            .iter()
            .take_while(|_| !interrupt::requested())
        {
            report.add(test(
                &workspace,
                one,
                &stage.node,
                matches!(options.node, Wanted::Required),
            )?);
        }
    }
    let before: BTreeSet<_> = procfs::descendants()
        .iter()
        .map(|process| process.pid)
        .collect();
    let jobs = options
        .jobs
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let is_serial = |unit: &Unit| matches!(unit, Unit::Case(case) if case.serial);
    let work = |unit: &Unit| options.repeated(&stage, unit);
    pool::each(&units, jobs, is_serial, work, |verdict| report.add(verdict));
    strays(&before)
        .into_iter()
        .for_each(|verdict| report.add(verdict));

    if let Some(file) = &options.json {
        let json = report.json(&stage.node, selection.cases.len())?;
        fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    Ok(report.close(&stage.node, selection.cases.len()))
}

impl Options {
    fn repeated(&self, stage: &Stage, unit: &Unit) -> Verdict {
        let times = self.repeat.get();
        let runs = (0..times)
            .take_while(|_| !interrupt::requested())
            .map(|_| self.check(stage, unit));
        let (passed, mut others): (Vec<_>, Vec<_>) =
            runs.partition(|verdict| verdict.state == State::Passed);
        if !passed.is_empty() && others.iter().any(|verdict| verdict.state == State::Failed) {
            let headline = format!(
                "FLAKY: {} of {times} runs failed, the first of them so:",
                others.len()
            );
            others[0].problems.insert(0, Problem::new(headline, ""));
        }
        // A failure speaks for all runs; without one, any run does.
        others.extend(passed);
        others.into_iter().next().unwrap_or_else(|| Verdict {
            state: State::Skipped,
            ..Verdict::new(unit.id(), Vec::new(), Duration::ZERO)
        })
    }

    fn check(&self, stage: &Stage, unit: &Unit) -> Verdict {
        let verdict = match unit {
            Unit::Case(case) => self.check_case(stage, case),
            Unit::Block(block, fixtures) => check_block(stage, block, fixtures),
        };
        verdict.unwrap_or_else(|error| {
            Verdict::new(
                unit.id(),
                vec![Problem::new(format!("{error:#}"), "")],
                Duration::ZERO,
            )
        })
    }

    fn check_case(&self, stage: &Stage, case: &Case) -> Result<Verdict> {
        let golden = fs::read(&case.golden).ok();
        let rust = stage.rust(case)?;
        let oracle = stage.oracle(case)?;
        let mut verdict = judge(case, golden.as_deref(), &rust, &oracle);
        if let (Oracled::Absent(why), Wanted::Required) = (&oracle, &self.node) {
            if verdict.state == State::Passed {
                verdict.state = State::Missing;
            }
            verdict
                .problems
                .push(Problem::new(format!("the oracle is missing: {why}"), ""));
        }
        if self.self_check && verdict.state == State::Passed {
            let blind = blind_spots(&case.rules, &rust.stdout);
            if !blind.is_empty() {
                verdict.state = State::Failed;
                verdict.problems.push(Problem::new(
                    "BLIND: the comparison does not notice when",
                    blind.join("\n"),
                ));
            }
        }
        Ok(verdict)
    }
}

impl Unit<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Case(case) => &case.id,
            Self::Block(block, _) => &block.id,
        }
    }
}

fn units<'a>(workspace: &Workspace, selection: &'a Selection) -> Result<Vec<Unit<'a>>> {
    let cases = selection.cases.iter().map(|case| Ok(Unit::Case(case)));
    let blocks = selection
        .blocks
        .iter()
        .map(|block| Ok(Unit::Block(block, block.fixtures(workspace)?)));
    cases.chain(blocks).collect()
}

fn check_block(stage: &Stage, block: &Block, fixtures: &std::path::Path) -> Result<Verdict> {
    let (text, fault) = stage.block(block, fixtures)?;
    let elapsed = fault
        .as_ref()
        .map(|outcome| outcome.elapsed)
        .unwrap_or_default();
    let interrupted = fault
        .as_ref()
        .is_some_and(|outcome| outcome.end == End::Interrupted);
    let mut problems = fault
        .map(|outcome| ending("Rust", Duration::from_secs(10), &outcome))
        .unwrap_or_default();
    if problems.is_empty() && text != block.text.as_bytes() {
        let headline = format!(
            "the README shows something else: `cargo xtask bless --readme {}` renews it",
            block.id
        );
        problems.push(Problem::new(
            headline,
            diff("README", block.text.as_bytes(), "Rust", &text),
        ));
    }
    let mut verdict = Verdict::new(&block.id, problems, elapsed);
    if interrupted {
        verdict.state = State::Skipped;
    }
    Ok(verdict)
}

/// Every lesson that a crate lists has a case, and every case of a lesson is listed.
fn unlisted(stage: &Stage, selection: &Selection, one: &Crate) -> Result<Vec<Fault>> {
    let listed: BTreeSet<_> = stage.lessons(&one.name)?.into_iter().collect();
    let cases = selection.cases.iter().filter(|case| case.krate == one.name);
    let shown: BTreeSet<_> = cases.filter_map(|case| case.lesson.clone()).collect();
    let fault = |name: &String, text: &str| Fault {
        id: format!("{}/{name}", one.name),
        text: text.to_owned(),
    };
    let without_case = listed.difference(&shown).map(|name| {
        fault(
            name,
            "unlisted: `tour --list` names it, but golden/ has no case for it",
        )
    });
    let without_lesson = shown.difference(&listed).map(|name| {
        fault(
            name,
            "unlisted: golden/ has a case for it, but `tour --list` does not name it",
        )
    });
    Ok(without_case.chain(without_lesson).collect())
}

fn test(workspace: &Workspace, one: &Crate, node: &Node, require_peers: bool) -> Result<Verdict> {
    let outcome = cargo::test(&workspace.root, one, node, require_peers)?;
    let mut problems = ending("cargo test", Duration::ZERO, &outcome);
    if let End::Exited(status @ 1..) = outcome.end {
        // The end tells most: cargo test repeats there what failed.
        let start = outcome.stdout.len().saturating_sub(4_000);
        problems.insert(
            0,
            Problem::new(
                format!("cargo test: exit status {status}"),
                excerpt(&outcome.stdout[start..]),
            ),
        );
    }
    let mut verdict = Verdict::new(
        &format!("{}/cargo-test", one.name),
        problems,
        outcome.elapsed,
    );
    verdict.rerun = format!("cargo test -p {}", one.name);
    if outcome.end == End::Interrupted {
        verdict.state = State::Skipped;
    }
    Ok(verdict)
}

fn complaint(fault: &Fault) -> Verdict {
    let mut verdict = Verdict::new(
        &fault.id,
        vec![Problem::new(&fault.text, "")],
        Duration::ZERO,
    );
    verdict.rerun = format!(
        "cargo xtask verify --cases-only {}",
        fault.id.split('/').next().unwrap_or_default()
    );
    verdict
}

/// Processes that left their group and shed their environment: nobody knows whose they were, but they are ours.
fn strays(before: &BTreeSet<i32>) -> Option<Verdict> {
    let strays: Vec<_> = procfs::descendants()
        .into_iter()
        .filter(|process| !before.contains(&process.pid))
        .collect();
    let problems = strays
        .iter()
        .map(|stray| Problem::new(format!("LEAK: some case left {}", stray.describe()), ""))
        .collect();
    for stray in &strays {
        // It may be gone by now, which is as well.
        let _ = kill(Pid::from_raw(stray.pid), Signal::SIGKILL);
    }
    let mut verdict = Verdict::new("leftovers", problems, Duration::ZERO);
    verdict.rerun = "cargo xtask verify --cases-only --jobs 1".to_owned();
    (verdict.state == State::Failed).then_some(verdict)
}
