//! `standalone`: proves that a crate survives being copied: alone, and among strangers.
//!
//! Nothing but a build finds a feature that only a neighbour turns on, or a test that reads a file of the workspace. All
//! copies share a target folder of their own, so that their dependencies are compiled once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::cases::workspace::{Crate, Workspace};
use crate::copy::copy_files;
use crate::exit_error::ExitError;
use crate::judge::diff::excerpt;
use crate::run::process::{End, run_aloud};
use crate::run::{cargo, interrupt};
use crate::tidy::blocks_copy;

/// How `standalone` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only these crates
    #[arg(value_name = "CRATE")]
    crates: Vec<String>,
    /// With the newest dependencies instead of those in Cargo.lock
    #[arg(long)]
    fresh: bool,
}

/// What the steps share.
struct Trial<'a> {
    root: &'a Path,
    fresh: bool,
    passed: usize,
    failed: Vec<String>,
}

/// Tries each crate alone and then all of them in a foreign workspace; returns the exit status.
pub fn standalone(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let names = &options.crates;
    if let Some(name) = names
        .iter()
        .find(|name| workspace.find_crate(name).is_none())
    {
        return Err(ExitError::nothing_matched(name).into());
    }
    // Cargo would take the copies for lost members of it.
    let temp = std::env::temp_dir();
    if let Some(above) = temp
        .ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file())
    {
        let text = format!(
            "{} lies below {}/Cargo.toml; set TMPDIR to a folder of its own",
            temp.display(),
            above.display()
        );
        return Err(ExitError::usage(text).into());
    }
    let mut chosen: Vec<_> = workspace.crates.iter().collect();
    chosen.retain(|one| names.is_empty() || names.contains(&one.name));
    let mut trial = Trial {
        root: &workspace.root,
        fresh: options.fresh,
        passed: 0,
        failed: Vec::new(),
    };
    let mut fit = Vec::new();
    for one in chosen {
        if trial.alone(one)? {
            fit.push(one);
        }
    }
    if !fit.is_empty() {
        trial.among_strangers(&fit)?;
    }
    for failure in &trial.failed {
        outln!("FAILED {failure}");
    }
    outln!(
        "{} steps passed, {} failed",
        trial.passed,
        trial.failed.len()
    );
    Ok(u8::from(!trial.failed.is_empty()))
}

impl Trial<'_> {
    /// In a folder of its own: the way of somebody who copies it and types `cargo build`. False at the first failure.
    fn alone(&mut self, one: &Crate) -> Result<bool> {
        let findings = blocks_copy(self.root, one)?;
        if !findings.is_empty() {
            let text = format!(
                "{}: tidy: `cargo xtask tidy`\n  {}",
                one.name,
                findings.join("\n  ")
            );
            self.failed.push(text);
            return Ok(false);
        }
        let temp = tempfile::tempdir()?;
        let folder = temp.path().join(&one.name);
        copy_files(&one.dir, &folder)?;
        self.seed(&folder)?;
        // The build cuts the lock file down to this crate, so only then it may be final. It comes before the tests,
        // whose dependencies could lend it features.
        Ok(self.step(&one.name, "build", &folder, &["build"])?
            && self.step(&one.name, "test", &folder, &["test", "--locked"])?
            && self.step(
                &one.name,
                "tour",
                &folder,
                &["run", "--locked", "--", "tour"],
            )?)
    }

    /// In a virtual workspace without resolver, beside a member of another edition that turns on other features.
    fn among_strangers(&mut self, crates: &[&Crate]) -> Result<()> {
        let temp = tempfile::tempdir()?;
        let mut members = vec!["stranger".to_owned()];
        let mut shared = BTreeMap::new();
        for one in crates {
            copy_files(&one.dir, &temp.path().join(&one.name))?;
            members.push(one.name.clone());
            let manifest: Table = toml::from_str(&fs::read_to_string(one.dir.join("Cargo.toml"))?)?;
            let dependencies = manifest
                .get("dependencies")
                .and_then(Value::as_table)
                .cloned();
            shared.extend(dependencies.into_iter().flatten());
        }
        let stranger = temp.path().join("stranger");
        fs::create_dir_all(stranger.join("src"))?;
        fs::write(stranger.join("src/lib.rs"), "")?;
        fs::write(
            stranger.join("Cargo.toml"),
            manifest_of_a_stranger(&shared)?,
        )?;
        fs::write(
            temp.path().join("Cargo.toml"),
            format!("[workspace]\nmembers = {members:?}\n"),
        )?;
        self.seed(temp.path())?;
        let names = members[1..].join(", ");
        self.step(
            &names,
            "among strangers",
            temp.path(),
            &["check", "--workspace", "--tests"],
        )?;
        Ok(())
    }

    fn seed(&self, folder: &Path) -> Result<()> {
        if !self.fresh {
            let lock = self.root.join("Cargo.lock");
            fs::copy(&lock, folder.join("Cargo.lock"))
                .with_context(|| lock.display().to_string())?;
        }
        Ok(())
    }

    fn step(&mut self, name: &str, step: &str, folder: &Path, args: &[&str]) -> Result<bool> {
        let mut cargo = cargo::command(folder);
        let target = self.root.join("target/standalone");
        cargo
            .args(args)
            .env("CARGO_TERM_QUIET", "true")
            .env("CARGO_TARGET_DIR", target);
        let outcome = run_aloud(&mut cargo)?;
        if interrupt::requested() {
            return Err(ExitError::interrupted().into());
        }
        let has_passed = outcome.end == End::Exited(0) && outcome.leaked.is_empty();
        err!(
            "{} {name}: {step} ({:.1}s)\n",
            if has_passed { "pass" } else { "FAIL" },
            outcome.seconds
        );
        if has_passed {
            self.passed += 1;
            return Ok(true);
        }
        let mut text = format!(
            "{name}: {step}: `cargo {}`; again: `cargo xtask standalone {}`",
            args.join(" "),
            name.replace(',', "")
        );
        for process in &outcome.leaked {
            write!(text, "\n  LEAK: {process}")?;
        }
        let start = outcome.stdout.len().saturating_sub(4_000);
        outln!("{}", excerpt(&outcome.stdout[start..]));
        self.failed.push(text);
        Ok(false)
    }
}

/// Everything that the crates depend on, with default features, and tokio with all.
fn manifest_of_a_stranger(shared: &BTreeMap<String, Value>) -> Result<String> {
    let mut text =
        "[package]\nname = \"stranger\"\nedition = \"2021\"\n\n[dependencies]\n".to_owned();
    for (name, value) in shared {
        let version = value.as_str().or_else(|| value.get("version")?.as_str());
        let features = if name == "tokio" {
            ", features = [\"full\"]"
        } else {
            ""
        };
        writeln!(
            text,
            "{name} = {{ version = {:?}{features} }}",
            version.unwrap_or("*")
        )?;
    }
    Ok(text)
}
