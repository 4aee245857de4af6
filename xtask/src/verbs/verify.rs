//! `verify`: every lesson, command and README block does what its golden file and its oracle say.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::{available_parallelism, sleep};
use std::time::{Duration, Instant};

use anyhow::Result;
use fs_err as fs;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::cases::{Block, Case, Choice, Crate, Item, LIMIT, Selection, Workspace};
use crate::judge::{Report, State, Verdict, diff, ending, excerpt, judge};
use crate::run::cargo::BUILD_TESTS;
use crate::run::{End, Node, Runner, cargo, interrupt, leaks, pool};

/// How many times an oracle without a verdict is asked again.
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
    node: String,
    /// How many cases run at once [default: one for each CPU]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run each case N times; all runs must pass
    #[arg(long, value_name = "N", default_value = "1")]
    repeat: NonZeroUsize,
    /// Write the results to a file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs everything that was chosen; returns the exit status.
pub fn verify(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut selection = Selection::read(&workspace, &options.choice)?;
    let is_wanted = |item: &Item| !options.cases_only || !item.is_tests();
    selection.keep(&options.choice, is_wanted)?;
    // Before all is run, what could go wrong after it.
    if let Some(file) = &options.json {
        fs::write(file, "")?;
    }
    let node = Node::find(&options.node)?;
    let executables = cargo::build_all(&selection.needed(&workspace), &[])?;
    let runner = Runner { node, executables };
    let is_serial = |item: &Item| matches!(item, Item::Case(case) if case.settings.serial);
    let items = &selection.items;
    for item in items {
        if let Item::Tests(one) = item {
            cargo::build(one, &BUILD_TESTS)?;
        }
    }
    let mut report = Report::new(items.len());

    let before: BTreeSet<_> = leaks::descendants().iter().map(|one| one.pid).collect();
    let jobs = options.jobs.or(available_parallelism().ok());
    let jobs = jobs.map_or(1, NonZeroUsize::get);
    let (serial, beside): (Vec<_>, Vec<_>) = items.iter().partition(|item| is_serial(item));
    let (tests, cases) = beside.into_iter().partition(|item| item.is_tests());
    let mut undecided = Vec::new();
    for queues in [vec![(1, tests), (jobs, cases)], vec![(1, serial)]] {
        let work = |item: &_| options.repeated(&runner, item);
        pool::each(&queues, work, |verdict| match verdict.state {
            State::Undecided => undecided.push(verdict),
            _ => report.add(verdict),
        });
    }
    // Now that nothing else runs.
    for mut verdict in undecided {
        if let Some(case) = selection.cases().find(|case| case.id == verdict.id) {
            verdict = ask_again(&runner, case, verdict)?;
        }
        report.add(verdict.unless_interrupted());
    }
    let leaked = end_leaked_processes(&before);
    if !leaked.is_empty() {
        let mut verdict = Verdict::new("leftovers", leaked);
        let mut arguments = vec!["--jobs", "1"];
        arguments.extend(options.cases_only.then_some("--cases-only"));
        arguments.extend(options.choice.arguments());
        verdict.rerun = options.again(&arguments);
        report.add(verdict);
    }
    let cases = selection.cases().count();
    report.close(&runner.node, cases, options.json.as_deref())
}

impl Options {
    /// Checks as often as asked for, and returns the worst verdict.
    fn repeated(&self, runner: &Runner, item: &Item) -> Verdict {
        let is_repeated = |run| run < self.repeat.get() && !item.is_tests();
        let mut verdicts = Vec::new();
        while verdicts.is_empty() || is_repeated(verdicts.len()) && !interrupt::requested() {
            let wrong = |error| Verdict::new(&item.id(), [format!("{error:#}")]);
            let verdict = self.check(runner, item).unwrap_or_else(wrong);
            verdicts.push(verdict.unless_interrupted());
        }
        let times = verdicts.len();
        let failed = verdicts.iter().filter(|one| one.has_failed()).count();
        let worst = verdicts.into_iter().max_by_key(|verdict| verdict.state);
        let mut worst = worst.expect("there is one run");
        worst.rerun = self.again(&[&item.id()]);
        if (1..times).contains(&failed) {
            let flaky = format!("FLAKY: {failed} of {times} runs failed, one of them so:");
            worst.problems.insert(0, flaky);
        }
        worst
    }

    /// Returns the command that checks the same again, and just that: its arguments, and the options that decide how it is checked.
    fn again(&self, arguments: &[&str]) -> String {
        let repeat = self.repeat.to_string();
        let mut words = vec!["cargo", "xtask", "verify"];
        if self.node != "auto" {
            words.extend(["--node", &self.node]);
        }
        if self.repeat.get() > 1 {
            words.extend(["--repeat", &repeat]);
        }
        words.extend(arguments);
        shell_words::join(words)
    }

    fn check(&self, runner: &Runner, item: &Item) -> Result<Verdict> {
        match item {
            Item::Tests(one) => self.check_tests(runner, one, &item.id()),
            Item::Case(case) => self.check_case(runner, case),
            Item::Block(block) => check_block(runner, block),
            Item::Error(error) => Ok(Verdict::new(&error.id, [error.text.clone()])),
        }
    }

    fn check_case(&self, runner: &Runner, case: &Case) -> Result<Verdict> {
        let (rust, oracle) = (runner.rust(case)?, runner.oracle(case)?);
        let ran = oracle.as_ref().and_then(|oracle| oracle.as_ref().ok());
        let mut verdict = judge(case, &rust, ran);
        if let (Some(Err(why)), true) = (&oracle, runner.node.is_required) {
            let problem = format!("the oracle is missing: {why}");
            verdict.add(State::Missing, [problem]);
        }
        Ok(verdict)
    }

    fn check_tests(&self, runner: &Runner, one: &Crate, id: &str) -> Result<Verdict> {
        errln!("begin {id}");
        let mut verdict = Verdict::new(id, []);
        for (line, outcome) in cargo::test(one, &runner.node)? {
            let mut problems = ending("cargo test", LIMIT, &outcome);
            if outcome.has_ended() && outcome.end != End::Exited(0) {
                let (stdout, stderr) = (excerpt(&outcome.stdout), excerpt(&outcome.stderr));
                problems.push(format!("{line} failed\n{stdout}{stderr}"));
            }
            verdict.seconds += outcome.seconds;
            verdict.add(State::Failed, problems);
        }
        Ok(verdict)
    }
}

/// Asks the oracle of a case again, whose Rust side is right. An oracle that is never right is wrong, if it ever came to its end
/// or printed something else: it has no verdict if it was only late, or is right once and wrong once.
fn ask_again(runner: &Runner, case: &Case, first: Verdict) -> Result<Verdict> {
    errln!("begin {}: its oracle is asked again", case.id);
    let (rust, mut verdicts) = (runner.rust(case)?, Vec::new());
    for _ in 0..ASKED_AGAIN {
        if let Some(Ok(oracle)) = runner.oracle(case)? {
            verdicts.push(judge(case, &rust, Some(&oracle)));
            if oracle.end == End::TimedOut {
                break; // It has had the time of two runs.
            }
        }
    }
    let is_ever_right = verdicts.iter().any(|one| one.state == State::Passed);
    let is_wrong = |one: &Verdict| one.is_oracle_wrong;
    let is_ever_wrong = is_wrong(&first) || verdicts.iter().any(is_wrong);
    let worst = verdicts.into_iter().max_by_key(|one| one.state);
    let mut worst = worst.unwrap_or(first.clone());
    worst.rerun = first.rerun;
    if is_ever_wrong && !is_ever_right {
        worst.state = State::Failed;
    }
    Ok(worst)
}

fn check_block(runner: &Runner, block: &Block) -> Result<Verdict> {
    let (text, outcomes) = runner.block(block)?;
    let ending = |outcome| ending("Rust", LIMIT, outcome);
    let mut problems: Vec<_> = outcomes.iter().flat_map(ending).collect();
    if text != block.text.as_bytes() {
        let shown = diff("README", block.text.as_bytes(), "Rust", &text);
        let bless = format!("`cargo xtask bless --readme {}` renews it", block.id);
        problems.push(format!("the README shows something else: {bless}\n{shown}"));
    }
    Ok(Verdict::new(&block.id, problems))
}

/// Ends processes that left their group and shed their environment: no run is known to have started them.
fn end_leaked_processes(before: &BTreeSet<i32>) -> Vec<String> {
    let (mut problems, mut known, begun) = (Vec::new(), before.clone(), Instant::now());
    loop {
        let mut alive = leaks::descendants();
        alive.retain(|process| !before.contains(&process.pid));
        if alive.is_empty() || begun.elapsed() >= leaks::KILL_GRACE {
            let name = |process| errln!("cannot be ended: {}", leaks::describe(process));
            alive.iter().for_each(name);
            break;
        }
        for process in alive.iter().filter(|process| known.insert(process.pid)) {
            problems.push(format!("LEAK: some case left {}", leaks::describe(process)));
            // It may be gone by now, which is as well.
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
        }
        sleep(Duration::from_millis(1));
    }
    problems
}
