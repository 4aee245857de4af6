//! `ci`: all that must hold, step by step; a failure does not hide the next one.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::cases::{Crate, Workspace};
use crate::exit_error::ExitError;
use crate::run::process::run_showing_output;
use crate::run::{End, cargo, interrupt};

/// How `ci` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only steps with one of these in their name
    steps: Vec<String>,
    /// As for `verify`: whether Node and other oracles must be there
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto")]
    node: String,
}

/// How a step ends that has not what it needs.
const SKIPPED: End = End::Exited(77);

/// A name, and a line as a person would type it.
type Step = (String, String);

/// Runs the steps and returns the exit status.
pub fn ci(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut steps = steps(&workspace, &options.node);
    for wanted in &options.steps {
        let is_known = steps.iter().any(|(name, _)| name.contains(wanted));
        ensure!(is_known, ExitError::NothingMatched(wanted.to_owned()));
    }
    let is_chosen = |name: &String| options.steps.iter().any(|wanted| name.contains(wanted));
    steps.retain(|(name, _)| options.steps.is_empty() || is_chosen(name));
    let (mut times, mut failed, mut skipped) = (Vec::new(), Vec::new(), 0);
    for (name, line) in &steps {
        outln!("\n== {name}: {line}");
        let outcome = run_showing_output(&mut command(line, &workspace.root)?)?;
        if interrupt::requested() {
            break;
        }
        for process in &outcome.leaked {
            outln!("LEAK: {process}");
        }
        let mut word = "ok";
        if outcome.end == SKIPPED {
            (word, skipped) = ("skipped", skipped + 1);
        } else if !outcome.is_good() {
            word = "FAILED";
            failed.push(format!("FAILED {name}; again: {line}"));
        }
        let time = format!("{name}: {word} in {:.1}s", outcome.seconds);
        outln!("== {time}");
        times.push(time);
    }
    outln!("");
    let lines = times.iter().chain(&failed);
    lines.for_each(|line| outln!("{line}"));
    let failed = failed.len();
    let passed = times.len() - failed - skipped;
    let not_run = steps.len() - times.len() + skipped;
    outln!("{passed} passed, {failed} failed, {not_run} not run");
    interrupt::check()?;
    Ok(u8::from(failed > 0))
}

fn steps(workspace: &Workspace, node: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |name: &str, line: &str| steps.push((name.to_owned(), line.to_owned()));
    add("fmt", "cargo fmt --check");
    // One by one: together they would lend each other features.
    let crates = workspace.crates.iter().map(|one| one.name.as_str());
    for name in crates.chain(["xtask"]) {
        let line = format!("cargo clippy --package {name} --all-targets -- -D warnings");
        add(&format!("clippy-{name}"), &line);
    }
    let has_features = |one: &&Crate| !one.table("features").is_empty();
    for one in workspace.crates.iter().filter(has_features) {
        let name = &one.name;
        let mut clippy = |set: &str, flags: &str| {
            let line = format!("cargo clippy --package {name} {flags} -- -D warnings");
            add(&format!("features-{name}-{set}"), &line);
        };
        clippy("none", "--lib --no-default-features");
        for part in one.parts() {
            let flags = format!("--lib --no-default-features --features {part}");
            clippy(&part, &flags);
        }
        // What is more than the default has tests of its own.
        if one.has_more_features() {
            clippy("all", "--all-targets --all-features");
            let line = format!("cargo test --package {name} --tests --all-features --quiet");
            add(&format!("features-{name}-test"), &line);
        }
    }
    let required = if node == "require" { " --require" } else { "" };
    let script = ".ci/other-systems";
    if workspace.root.join(script).exists() {
        add("other-systems", &format!("{script} all{required}"));
    }
    let node = shell_words::quote(node);
    let doc = "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps";
    add("doc", doc);
    add("tidy", "cargo xtask tidy");
    let is_required = node == "require";
    let peers = if is_required { "REQUIRE_PEERS=1 " } else { "" };
    let test = format!("{peers}cargo test --package xtask --quiet");
    add("test-xtask", &test);
    add("verify", &format!("cargo xtask verify --node {node}"));
    add("standalone", "cargo xtask standalone");
    add("minimal", "cargo xtask standalone --minimal");
    add("bench", &format!("cargo xtask bench --smoke --node {node}"));
    // Where all must be there, a missing mdBook is a failure.
    if is_required || which::which("mdbook").is_ok() {
        add("book", &format!("cargo xtask book --node {node}"));
    }
    steps
}

/// Returns the command for a line: what is set in the environment, `cargo` or another program, and its arguments.
fn command(line: &str, root: &Path) -> Result<Command> {
    let words = shell_words::split(line)?;
    let is_setting = |word: &&String| word.contains('=');
    let (settings, words) = words.split_at(words.iter().take_while(is_setting).count());
    let mut command = match &*words[0] {
        "cargo" => cargo::command(root),
        other => cargo::cleaned(Command::new(root.join(other)), root),
    };
    command.envs(settings.iter().filter_map(|word| word.split_once('=')));
    command.args(&words[1..]);
    Ok(command)
}
