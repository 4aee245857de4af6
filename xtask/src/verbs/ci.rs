//! `ci`: all that must hold, step by step; a failure does not hide the next one.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::cases::{Crate, Workspace};
use crate::exit_error::ExitError;
use crate::run::process::run_through;
use crate::run::{cargo, interrupt};

/// How `ci` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only steps with one of these in their name
    steps: Vec<String>,
    /// As for `verify`: whether Node and other oracles must be there
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto")]
    node: String,
}

/// A name and a line as a person would type it.
struct Step {
    name: String,
    line: String,
}

/// Runs the steps and returns the exit status.
pub fn ci(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut steps = steps(&workspace, &options.node);
    for name in &options.steps {
        let is_known = steps.iter().any(|step| step.name.contains(name));
        ensure!(is_known, ExitError::nothing_matched(name));
    }
    let is_chosen = |step: &Step| options.steps.iter().any(|name| step.name.contains(name));
    steps.retain(|step| options.steps.is_empty() || is_chosen(step));
    let (mut times, mut failed) = (Vec::new(), Vec::new());
    for Step { name, line } in &steps {
        outln!("\n== {name}: {line}");
        let outcome = run_through(&mut command(line, &workspace.root)?)?;
        if interrupt::requested() {
            break;
        }
        for process in &outcome.leaked {
            outln!("LEAK: {process}");
        }
        let word = if outcome.is_good() { "ok" } else { "FAILED" };
        let time = format!("{name}: {word} in {:.1}s", outcome.seconds);
        outln!("== {time}");
        times.push(time);
        if !outcome.is_good() {
            failed.push(format!("FAILED {name}; again: {line}"));
        }
    }
    outln!("");
    for line in times.iter().chain(&failed) {
        outln!("{line}");
    }
    let (passed, skipped) = (times.len() - failed.len(), steps.len() - times.len());
    outln!(
        "{passed} passed, {} failed, {skipped} not run",
        failed.len()
    );
    interrupt::check()?;
    Ok(u8::from(!failed.is_empty()))
}

fn steps(workspace: &Workspace, node: &str) -> Vec<Step> {
    let step = |name: &str, line: &str| Step {
        name: name.to_owned(),
        line: format!("cargo {line}"),
    };
    let mut steps = vec![step("fmt", "fmt --check")];
    // One by one: together they would lend each other features.
    let crates = workspace.crates.iter().map(|one| one.name.as_str());
    for name in crates.chain(["xtask"]) {
        let line = format!("clippy --package {name} --all-targets -- -D warnings");
        steps.push(step(&format!("clippy-{name}"), &line));
    }
    for one in &workspace.crates {
        for (set, line) in feature_sets(one) {
            steps.push(step(&format!("features-{}-{set}", one.name), &line));
        }
    }
    steps.push(Step {
        name: "doc".to_owned(),
        line: "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps".to_owned(),
    });
    let node = shell_words::quote(node);
    steps.extend([
        step("tidy", "xtask tidy"),
        step("test-xtask", "test --package xtask --quiet"),
        step(
            "verify",
            &format!("xtask verify --self-check --node {node}"),
        ),
        step("standalone", "xtask standalone"),
        step("minimal", "xtask standalone --minimal"),
        step("bench", &format!("xtask bench --smoke --node {node}")),
    ]);
    steps
}

/// Returns what is checked with other features than the default ones: names and lines.
fn feature_sets(one: &Crate) -> Vec<(String, String)> {
    if one.features.is_empty() {
        return Vec::new();
    }
    let name = &one.name;
    let clippy = |set: &str, flags: &str| {
        let line = format!("clippy --package {name} {flags} -- -D warnings");
        (set.to_owned(), line)
    };
    let mut sets = vec![clippy("none", "--lib --no-default-features")];
    for part in one.parts() {
        let flags = format!("--lib --no-default-features --features {part}");
        sets.push(clippy(part, &flags));
    }
    // What is more than the default has tests of its own.
    if one.has_more_features() {
        sets.push(clippy("all", "--all-targets --all-features"));
        let line = format!("test --package {name} --tests --all-features --quiet");
        sets.push(("test".to_owned(), line));
    }
    sets
}

/// Returns the command for a line: what is set in the environment, `cargo`, and its arguments.
fn command(line: &str, root: &Path) -> Result<Command> {
    let words = shell_words::split(line)?;
    let mut words = words.iter();
    let mut cargo = cargo::command(root);
    let before = words.by_ref().take_while(|word| *word != "cargo");
    cargo.envs(before.filter_map(|word| word.split_once('=')));
    cargo.args(words);
    Ok(cargo)
}
