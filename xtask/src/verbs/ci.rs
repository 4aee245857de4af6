//! `ci`: all that must hold, step by step; a failure does not hide the next one.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;
use crate::run::process::{End, run_through};
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

/// A command, as a person would type it.
struct Step {
    name: String,
    args: Vec<String>,
    env: Option<(&'static str, &'static str)>,
}

/// Runs the steps and returns the exit status.
pub fn ci(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut steps = steps(&workspace, &options.node);
    let named = |step: &Step, name: &String| step.name.contains(name.as_str());
    if let Some(name) = options
        .steps
        .iter()
        .find(|name| !steps.iter().any(|step| named(step, name)))
    {
        return Err(ExitError::nothing_matched(name).into());
    }
    steps.retain(|step| {
        options.steps.is_empty() || options.steps.iter().any(|name| named(step, name))
    });
    let (mut times, mut failed) = (Vec::new(), Vec::new());
    for step in &steps {
        outln!("\n== {}: {step}", step.name);
        let outcome = run_through(&mut step.command(&workspace.root))?;
        if interrupt::requested() {
            break;
        }
        let is_good = outcome.end == End::Exited(0) && outcome.leaked.is_empty();
        for process in &outcome.leaked {
            outln!("LEAK: {process}");
        }
        let line = format!(
            "{}: {} in {:.1}s",
            step.name,
            if is_good { "ok" } else { "FAILED" },
            outcome.seconds
        );
        outln!("== {line}");
        times.push(line);
        if !is_good {
            failed.push(step);
        }
    }
    outln!("");
    times.iter().for_each(|line| outln!("{line}"));
    for step in &failed {
        outln!("FAILED {}; again: {step}", step.name);
    }
    let skipped = steps.len() - times.len();
    outln!(
        "{} passed, {} failed, {skipped} not run",
        times.len() - failed.len(),
        failed.len()
    );
    if interrupt::requested() {
        return Err(ExitError::interrupted().into());
    }
    Ok(u8::from(!failed.is_empty()))
}

fn steps(workspace: &Workspace, node: &str) -> Vec<Step> {
    let step = |name: &str, args: &str| Step {
        name: name.to_owned(),
        args: args.split(' ').map(str::to_owned).collect(),
        env: None,
    };
    let mut steps = vec![step("fmt", "fmt --check")];
    // One by one: together they would lend each other features.
    for name in workspace
        .crates
        .iter()
        .map(|one| one.name.as_str())
        .chain(["xtask"])
    {
        let args = format!("clippy --package {name} --all-targets -- -D warnings");
        steps.push(step(&format!("clippy-{name}"), &args));
    }
    for one in workspace
        .crates
        .iter()
        .filter(|one| !one.features.is_empty())
    {
        let name = &one.name;
        let clippy = |set: &str, flags: &str| {
            let args = format!("clippy --package {name} {flags} -- -D warnings");
            step(&format!("features-{name}-{set}"), &args)
        };
        steps.push(clippy("none", "--lib --no-default-features"));
        for part in one.parts() {
            steps.push(clippy(
                part,
                &format!("--lib --no-default-features --features {part}"),
            ));
        }
        // What is more than the default has tests of its own.
        if one.has_more_features() {
            steps.push(clippy("all", "--all-targets --all-features"));
            let args = format!("test --package {name} --tests --all-features --quiet");
            steps.push(step(&format!("features-{name}-test"), &args));
        }
    }
    steps.push(Step {
        env: Some(("RUSTDOCFLAGS", "-D warnings")),
        ..step("doc", "doc --workspace --no-deps")
    });
    steps.push(step("tidy", "xtask tidy"));
    steps.push(step("test-xtask", "test --package xtask --quiet"));
    let with_node = |name: &str, args: &str| {
        let mut step = step(name, args);
        step.args.extend(["--node".to_owned(), node.to_owned()]);
        step
    };
    steps.push(with_node("verify", "xtask verify --self-check"));
    steps.push(step("standalone", "xtask standalone"));
    steps.push(step("minimal", "xtask standalone --minimal"));
    steps.push(with_node("bench", "xtask bench --smoke"));
    steps
}

impl Step {
    fn command(&self, root: &Path) -> Command {
        let mut cargo = cargo::command(root);
        cargo.args(&self.args).envs(self.env);
        cargo
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((name, value)) = self.env {
            write!(f, "{name}='{value}' ")?;
        }
        f.write_str("cargo")?;
        self.args.iter().try_for_each(|arg| {
            if arg.contains(|letter: char| letter.is_whitespace() || "\"'$`\\".contains(letter)) {
                write!(f, " '{}'", arg.replace('\'', r"'\''"))
            } else {
                write!(f, " {arg}")
            }
        })
    }
}
