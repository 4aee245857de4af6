//! `standalone`: proves that a crate survives being copied: alone, pruned, among strangers, and with the lowest versions.
//!
//! Nothing but a build finds a feature that only a neighbour turns on, or a test that reads a file of the workspace. All
//! copies share a target folder of their own, so that their dependencies are compiled once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tempfile::TempDir;
use toml::{Table, Value};

use crate::cases::workspace::{Crate, Workspace};
use crate::exit_error::ExitError;
use crate::judge::diff::excerpt;
use crate::run::process::{End, run_aloud};
use crate::run::{cargo, interrupt};
use crate::tidy::blocks_copy;
use crate::verbs::copy::copy_files;

/// How `standalone` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only these crates
    #[arg(value_name = "CRATE")]
    crates: Vec<String>,
    /// With the newest dependencies instead of those in Cargo.lock
    #[arg(long)]
    fresh: bool,
    /// Instead, with the lowest versions that each manifest admits: check the library, replay the lessons
    #[arg(long, conflicts_with = "fresh")]
    minimal: bool,
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
        let (temp, above) = (temp.display(), above.display());
        let text =
            format!("{temp} lies below {above}/Cargo.toml; set TMPDIR to a folder of its own");
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
        if options.minimal {
            trial.with_lowest_versions(one)?;
        } else if trial.alone(one)? && trial.lessons(one)? && trial.pruned(one)? {
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
    /// In a folder of its own: the way of a person who copies it and types `cargo build`. False at the first failure.
    fn alone(&mut self, one: &Crate) -> Result<bool> {
        let findings = blocks_copy(self.root, one)?;
        if !findings.is_empty() {
            let findings = findings.join("\n  ");
            self.failed.push(format!(
                "{}: tidy: `cargo xtask tidy`\n  {findings}",
                one.name
            ));
            return Ok(false);
        }
        let temp = self.copy(one)?;
        let folder = temp.path().join(&one.name);
        // The build cuts the lock file down to this crate, so only then it may be final. It comes before the tests,
        // whose dependencies could lend it features.
        let mut steps = vec![
            ("build", &["build"][..]),
            ("test", &["test", "--tests", "--locked"]),
        ];
        steps.push(("doc test", &["test", "--doc", "--locked"]));
        steps.push(("tour", &["run", "--locked", "--", "tour"]));
        steps.retain(|(name, _)| *name != "doc test" || one.dir.join("src/lib.rs").is_file());
        self.steps(&one.name, &folder, &steps)
    }

    /// Each lesson as a program of a package of its own, beside which only the crate stands.
    fn lessons(&mut self, one: &Crate) -> Result<bool> {
        let examples = one.dir.join("examples");
        if !examples.is_dir() {
            return Ok(true);
        }
        let temp = self.copy(one)?;
        let folder = temp.path().join("lessons");
        fs::create_dir_all(folder.join("src/bin"))?;
        for file in fs::read_dir(examples)? {
            let file = file?;
            if file.path().extension().is_some_and(|end| end == "rs") {
                fs::copy(file.path(), folder.join("src/bin").join(file.file_name()))?;
            }
        }
        let name = &one.name;
        let mut manifest = format!(
            "[package]\nname = \"lessons\"\nedition = \"2024\"\n[dependencies]\n{name} = {{ path = \"../{name}\" }}\n"
        );
        for (name, value) in dependencies(one, "dev-dependencies")? {
            writeln!(manifest, "{name} = {value}")?;
        }
        fs::write(folder.join("Cargo.toml"), manifest)?;
        self.seed(&folder)?;
        self.steps(
            name,
            &folder,
            &[("lessons as programs", &["build", "--bins"])],
        )
    }

    /// Without the tool, then without each part as well: the order in which the README says how to copy less.
    fn pruned(&mut self, one: &Crate) -> Result<bool> {
        if !one.features.contains_key("cli") {
            return Ok(true);
        }
        let temp = self.copy(one)?;
        let folder = temp.path().join(&one.name);
        let tool = [
            "src/main.rs",
            "src/cli.rs",
            "src/cli",
            "src/tour.rs",
            "golden",
            "tests",
            "examples",
            "benches",
        ];
        tool.iter()
            .try_for_each(|path| remove(&folder.join(path)))?;
        let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
        let mut is_kept = true;
        let kept = manifest.lines().filter(|line| {
            if line.starts_with('[') {
                is_kept = !["[[bin]]", "[[test]]", "[[example]]", "[[bench]]"].contains(line);
            }
            is_kept
        });
        fs::write(
            folder.join("Cargo.toml"),
            kept.collect::<Vec<_>>().join("\n"),
        )?;
        let check = &["check", "--no-default-features", "--lib"][..];
        let mut steps = vec![("without the tool".to_owned(), None)];
        steps.extend(
            one.parts()
                .map(|name| (format!("without {name}"), Some(name))),
        );
        for (step, part) in steps {
            if let Some(part) = part {
                remove(&folder.join("src").join(part))?;
                remove(&folder.join("src").join(part).with_extension("rs"))?;
            }
            if !self.steps(&one.name, &folder, &[(&step, check)])? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// In a virtual workspace without resolver, beside a member of another edition that turns on other features.
    fn among_strangers(&mut self, crates: &[&Crate]) -> Result<()> {
        let temp = tempfile::tempdir()?;
        let mut members = vec!["stranger".to_owned()];
        let mut shared = BTreeMap::new();
        for one in crates {
            copy_files(&one.dir, &temp.path().join(&one.name))?;
            members.push(one.name.clone());
            shared.extend(dependencies(one, "dependencies")?);
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
        let mut steps = vec![(
            "check among strangers",
            &["check", "--workspace", "--tests"][..],
        )];
        if crates
            .iter()
            .any(|one| one.dir.join("tests/golden.rs").is_file())
        {
            steps.push((
                "lessons among strangers",
                &["test", "--workspace", "--test", "golden"],
            ));
        }
        self.steps(&names, temp.path(), &steps)?;
        Ok(())
    }

    /// With the lowest versions of its direct dependencies, so that the manifest promises no version that does not do.
    fn with_lowest_versions(&mut self, one: &Crate) -> Result<()> {
        let temp = tempfile::tempdir()?;
        let folder = temp.path().join(&one.name);
        copy_files(&one.dir, &folder)?;
        let lock = (
            "lowest versions: lock",
            &["generate-lockfile", "-Zdirect-minimal-versions"][..],
        );
        let check = (
            "lowest versions: check",
            &["check", "--lib", "--locked"][..],
        );
        let golden = (
            "lowest versions: lessons",
            &["test", "--test", "golden", "--locked"][..],
        );
        self.steps(&one.name, &folder, &[lock, check, golden])?;
        Ok(())
    }

    /// A copy of a crate in a new folder, with the versions of this workspace.
    fn copy(&self, one: &Crate) -> Result<TempDir> {
        let temp = tempfile::tempdir()?;
        let folder = temp.path().join(&one.name);
        copy_files(&one.dir, &folder)?;
        self.seed(&folder)?;
        Ok(temp)
    }

    fn seed(&self, folder: &Path) -> Result<()> {
        if !self.fresh {
            let lock = self.root.join("Cargo.lock");
            fs::copy(&lock, folder.join("Cargo.lock"))
                .with_context(|| lock.display().to_string())?;
        }
        Ok(())
    }

    /// Runs cargo for each step; false at the first failure.
    fn steps(&mut self, name: &str, folder: &Path, steps: &[(&str, &[&str])]) -> Result<bool> {
        for (step, args) in steps {
            let mut cargo = cargo::command(folder);
            let target = self.root.join("target/standalone");
            cargo
                .args(*args)
                .env("CARGO_TERM_QUIET", "true")
                .env("CARGO_TARGET_DIR", target);
            if args.iter().any(|arg| arg.starts_with("-Z")) {
                // It lets a stable compiler take the option, and changes nothing else.
                cargo.env("RUSTC_BOOTSTRAP", "1");
            }
            let outcome = run_aloud(&mut cargo)?;
            if interrupt::requested() {
                return Err(ExitError::interrupted().into());
            }
            let has_passed = outcome.end == End::Exited(0) && outcome.leaked.is_empty();
            let word = if has_passed { "pass" } else { "FAIL" };
            errln!("{word} {name}: {step} ({:.1}s)", outcome.seconds);
            if has_passed {
                self.passed += 1;
                continue;
            }
            let (line, again) = (args.join(" "), name.replace(',', ""));
            let mut text =
                format!("{name}: {step}: `cargo {line}`; again: `cargo xtask standalone {again}`");
            for process in &outcome.leaked {
                write!(text, "\n  LEAK: {process}")?;
            }
            let start = outcome.stdout.len().saturating_sub(4_000);
            outln!("{}", excerpt(&outcome.stdout[start..]));
            self.failed.push(text);
            return Ok(false);
        }
        Ok(true)
    }
}

/// The dependencies of one kind, as the manifest has them.
fn dependencies(one: &Crate, kind: &str) -> Result<BTreeMap<String, Value>> {
    let manifest: Table = toml::from_str(&fs::read_to_string(one.dir.join("Cargo.toml"))?)?;
    let table = manifest.get(kind).and_then(Value::as_table).cloned();
    Ok(table.into_iter().flatten().collect())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
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
