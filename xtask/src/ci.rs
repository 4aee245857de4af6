//! `ci`: all that must hold, step by step; a failure does not hide the next one.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::stop::Stop;
use crate::workspace::Workspace;
use crate::{cargo, interrupt};

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
    let chosen = |step: &Step| {
        options.steps.is_empty()
            || options
                .steps
                .iter()
                .any(|name| step.name.contains(name.as_str()))
    };
    let steps: Vec<Step> = steps(&workspace, &options.node)
        .into_iter()
        .filter(chosen)
        .collect();
    if steps.is_empty() {
        return Err(Stop::nothing_matched().into());
    }
    let mut failed = Vec::new();
    for step in &steps {
        println!("\n== {}: {step}", step.name);
        let start = Instant::now();
        let passed = step.run(&workspace.root)?;
        println!(
            "== {}: {} in {:.1}s",
            step.name,
            if passed { "ok" } else { "FAILED" },
            start.elapsed().as_secs_f64()
        );
        if !passed {
            failed.push(step);
        }
    }
    println!();
    for step in &failed {
        println!("FAILED {}; again: {step}", step.name);
    }
    println!(
        "{} passed, {} failed",
        steps.len() - failed.len(),
        failed.len()
    );
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
    for one in workspace.crates.iter().filter(|one| one.has_features) {
        let name = &one.name;
        steps.push(step(
            &format!("features-{name}"),
            &format!("clippy --package {name} --all-targets --all-features -- -D warnings"),
        ));
        steps.push(step(
            &format!("features-{name}-test"),
            &format!("test --package {name} --all-features --quiet"),
        ));
    }
    steps.push(Step {
        env: Some(("RUSTDOCFLAGS", "-D warnings")),
        ..step("doc", "doc --workspace --no-deps")
    });
    steps.push(step("tidy", "xtask tidy"));
    steps.push(step("test-xtask", "test --package xtask --quiet"));
    steps.push(step(
        "verify",
        &format!("xtask verify --self-check --node {node}"),
    ));
    steps.push(step("standalone", "xtask standalone"));
    steps.push(step("bench", "xtask bench --smoke"));
    steps
}

impl Step {
    fn run(&self, root: &Path) -> Result<bool> {
        let mut child = cargo::command(root)
            .args(&self.args)
            .envs(self.env)
            .spawn()?;
        loop {
            if let Some(status) = child.try_wait()? {
                return if interrupt::requested() {
                    Err(Stop::interrupted().into())
                } else {
                    Ok(status.success())
                };
            }
            if interrupt::requested() {
                let _ = kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM);
            }
            sleep(Duration::from_millis(20));
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((name, value)) = self.env {
            write!(f, "{name}='{value}' ")?;
        }
        write!(f, "cargo {}", self.args.join(" "))
    }
}
