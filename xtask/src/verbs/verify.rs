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

use crate::cases::{Block, Case, Choice, Crate, Fault, Limit, Selection, Workspace};
use crate::judge::{Report, State, Verdict, blind_spots, diff, end, ending, judge};
use crate::run::cargo::BUILD_TESTS;
use crate::run::{End, Lane, Node, Oracled, Runner, Wanted, cargo, interrupt, leaks, pool};

/// So often an oracle without a verdict is asked again.
const ASKED_AGAIN: usize = 3;

/// How `verify` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
    /// Leave out `cargo test`
    #[arg(long)]
    cases_only: bool,
    /// auto: take Node if it is there; require: it and all other oracles must be there; skip: leave it; or where it is
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto")]
    node: Wanted,
    /// How many cases run at once [default: one for each CPU]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run each case N times; all runs must pass
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Write the results to a file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Change each line in memory as well: the comparison must notice
    #[arg(long)]
    self_check: bool,
}

/// What is run: the tests of a crate, a case, or a block of a README.
enum Unit<'a> {
    Tests(&'a Crate),
    Case(&'a Case),
    Block(&'a Block),
}

/// Runs everything that was chosen; returns the exit status.
pub fn verify(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let selection = Selection::read(&workspace, &options.choice)?;
    let (cases, faults) = (&selection.cases, &selection.faults);
    let node = Node::find(&options.node)?;
    let executables = cargo::build_all(&selection.needed, &[])?;
    let runner = Runner { node, executables };
    let mut units = Vec::new();
    for one in selection.tested.iter().filter(|_| !options.cases_only) {
        cargo::build(one, &BUILD_TESTS)?;
        units.push(Unit::Tests(one));
    }
    units.extend(cases.iter().map(Unit::Case));
    units.extend(selection.blocks.iter().map(Unit::Block));
    let mut report = Report::new(faults.len() + units.len());

    faults.iter().for_each(|fault| report.add(fault.into()));
    for one in &selection.tested {
        let faults = unlisted(&runner, cases, one)?;
        faults.iter().for_each(|fault| report.add(fault.into()));
    }
    let before: BTreeSet<_> = leaks::descendants().iter().map(|one| one.pid).collect();
    let jobs = options.jobs.or(available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get);
    let work = |unit: &_| match unit {
        Unit::Tests(one) => options.test(&runner, one),
        Unit::Case(case) => options.repeated(&case.id, || options.check_case(&runner, case)),
        Unit::Block(block) => options.repeated(&block.id, || check_block(&runner, block)),
    };
    let mut undecided = Vec::new();
    pool::each(&units, jobs, lane, work, |verdict| match verdict.state {
        State::Undecided => undecided.push(verdict),
        _ => report.add(verdict),
    });
    // Now that nothing else runs.
    for mut verdict in undecided {
        if let Some(case) = cases.iter().find(|case| case.id == verdict.id) {
            verdict = ask_again(&runner, case, &verdict)?;
        }
        report.add(verdict.unless_interrupted());
    }
    if let Some(verdict) = leaked_processes(&before) {
        report.add(verdict);
    }
    if let Some(file) = &options.json {
        let json = report.json(&runner.node, cases.len())?;
        fs::write(file, json).with_context(|| file.display().to_string())?;
    }
    Ok(report.close(&runner.node, cases.len()))
}

fn lane(unit: &Unit) -> Lane {
    match unit {
        Unit::Tests(_) => Lane::Sequential,
        Unit::Case(case) if case.settings.serial => Lane::Alone,
        _ => Lane::Parallel,
    }
}

impl Options {
    /// Checks as often as asked for; the worst run speaks for all.
    fn repeated(&self, id: &str, check: impl Fn() -> Result<Verdict>) -> Verdict {
        let (times, mut failed) = (self.repeat.get(), 0);
        let mut worst: Option<Verdict> = None;
        for turn in 0..times {
            if turn > 0 && interrupt::requested() {
                break;
            }
            let wrong = |error| Verdict::new(id, vec![format!("{error:#}")], 0.0);
            let verdict = check().unwrap_or_else(wrong).unless_interrupted();
            failed += usize::from(verdict.has_failed());
            let is_worse = |worst: &Verdict| worst.state < verdict.state;
            if worst.as_ref().is_none_or(is_worse) {
                worst = Some(verdict);
            }
        }
        let mut worst = worst.expect("there is one run");
        if (1..times).contains(&failed) {
            let flaky = format!("FLAKY: {failed} of {times} runs failed, one of them so:");
            worst.problems.insert(0, flaky);
        }
        worst
    }

    fn check_case(&self, runner: &Runner, case: &Case) -> Result<Verdict> {
        let (rust, oracle) = (runner.rust(case)?, runner.oracle(case)?);
        let mut verdict = match &oracle {
            Oracled::Ran(oracle) => judge(case, &rust, Some(oracle)),
            _ => judge(case, &rust, None),
        };
        if self.self_check && verdict.state == State::Passed {
            let blind = blind_spots(&case.rules, &rust.stdout).into_iter();
            let problems = blind.map(|spot| format!("BLIND: it goes unnoticed when {spot}"));
            verdict.add(State::Failed, problems);
        }
        if let (Oracled::Absent(why), Wanted::Required) = (&oracle, &self.node) {
            let problem = format!("the oracle is missing: {why}");
            verdict.add(State::Missing, [problem]);
        }
        Ok(verdict)
    }

    fn test(&self, runner: &Runner, one: &Crate) -> Verdict {
        let mut verdict = Verdict::new(&format!("{}/cargo-test", one.name), Vec::new(), 0.0);
        let is_required = self.node == Wanted::Required;
        let outcomes = cargo::test(one, &runner.node, is_required);
        let outcomes = outcomes.unwrap_or_else(|error| {
            verdict.add(State::Failed, [format!("{error:#}")]);
            Vec::new()
        });
        for (line, outcome) in &outcomes {
            let has_failed = verdict.has_failed();
            verdict.seconds += outcome.seconds;
            let ending = ending("cargo test", Limit::default(), outcome);
            verdict.add(State::Failed, ending);
            if outcome.has_ended() && outcome.end != End::Exited(0) {
                let text = format!("{line} failed\n{}", end(&outcome.stdout));
                verdict.add(State::Failed, [text]);
            }
            if verdict.has_failed() && !has_failed {
                verdict.rerun.clone_from(line);
            }
        }
        verdict.unless_interrupted()
    }
}

/// Asks the oracle of a case again, whose Rust side is right. It is wrong if it always says the same other thing.
fn ask_again(runner: &Runner, case: &Case, first: &Verdict) -> Result<Verdict> {
    let rust = runner.rust(case)?;
    let mut verdicts = Vec::new();
    for _ in 0..ASKED_AGAIN {
        if interrupt::requested() {
            break;
        }
        if let Oracled::Ran(oracle) = runner.oracle(case)? {
            verdicts.push(judge(case, &rust, Some(&oracle)));
        }
    }
    let mut last = verdicts.pop().unwrap_or_else(|| first.clone());
    if verdicts.iter().any(|one| one.problems != last.problems) {
        // The oracle is right once and wrong once: it has no verdict.
        last.state = State::Undecided;
    } else if last.state == State::Undecided {
        last.state = State::Failed;
    }
    Ok(last)
}

fn check_block(runner: &Runner, block: &Block) -> Result<Verdict> {
    let (text, outcomes) = runner.block(block)?;
    let ending = |outcome| ending("Rust", Limit::default(), outcome);
    let mut problems: Vec<_> = outcomes.iter().flat_map(ending).collect();
    if text != block.text.as_bytes() {
        let shown = diff("README", block.text.as_bytes(), "Rust", &text);
        let bless = format!("`cargo xtask bless --readme {}` renews it", block.id);
        problems.push(format!("the README shows something else: {bless}\n{shown}"));
    }
    Ok(Verdict::new(&block.id, problems, 0.0))
}

/// Compares the lessons that a crate lists with those that have a case.
fn unlisted(runner: &Runner, cases: &[Case], one: &Crate) -> Result<Vec<Fault>> {
    let cases: Vec<_> = cases.iter().filter(|case| case.krate == one.name).collect();
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    let listed: BTreeSet<_> = runner.lessons(&one.name)?.into_iter().collect();
    let mut shown = BTreeSet::new();
    shown.extend(cases.iter().filter_map(|case| case.lesson.clone()));
    let mut faults = Vec::new();
    for name in listed.symmetric_difference(&shown) {
        let text = if listed.contains(name) {
            "unlisted: `tour --list` names it, but there is no Node program for it"
        } else {
            "unlisted: there is a Node program for it, but `tour --list` does not name it"
        };
        let (id, text) = (format!("{}/{name}", one.name), text.to_owned());
        faults.push(Fault { id, text });
    }
    Ok(faults)
}

/// Ends processes that left their group and shed their environment: no run is known to have started them.
fn leaked_processes(before: &BTreeSet<i32>) -> Option<Verdict> {
    let (mut problems, mut known) = (Vec::new(), before.clone());
    loop {
        let mut alive = leaks::descendants();
        alive.retain(|process| !before.contains(&process.pid));
        if alive.is_empty() {
            break;
        }
        for process in alive.iter().filter(|process| known.insert(process.pid)) {
            problems.push(format!("LEAK: some case left {}", process.describe()));
            // It may be gone by now, which is as well.
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
        }
        sleep(Duration::from_millis(1));
    }
    let mut verdict = Verdict::new("leftovers", problems, 0.0);
    verdict.rerun = "cargo xtask verify --cases-only --jobs 1".to_owned();
    verdict.has_failed().then_some(verdict)
}
