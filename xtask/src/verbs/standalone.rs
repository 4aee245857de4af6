//! `standalone`: proves that a crate survives being copied: alone, pruned, among strangers, and with the lowest versions.
//!
//! Nothing but a build finds a feature that only a neighbour turns on, or a test that reads a file of the workspace. All
//! copies share a target folder of their own, so that their dependencies are compiled once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use toml::Value;

use crate::cases::{Crate, Workspace, known_files};
use crate::exit_error::ExitError;
use crate::judge::end;
use crate::run::process::run_aloud;
use crate::run::{cargo, copy_files, interrupt};
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
    /// Instead, with the lowest versions that each manifest admits: check the library, replay the lessons
    #[arg(long, conflicts_with = "fresh")]
    minimal: bool,
}

/// What the tool of a crate consists of: it is pruned first.
const TOOL: &str = "src/main.rs src/cli.rs src/cli src/tour.rs golden tests examples benches";

/// A name and the arguments of cargo.
type Step<'a> = (&'a str, &'a str);

/// What the steps share.
struct Trial<'a> {
    root: &'a Path,
    /// Without our Cargo.lock.
    fresh: bool,
    passed: usize,
    failed: Vec<String>,
}

/// Tries each crate alone and then all of them in a foreign workspace; returns the exit status.
pub fn standalone(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    for name in &options.crates {
        let is_known = workspace.find_crate(name).is_some();
        ensure!(is_known, ExitError::nothing_matched(name));
    }
    // Cargo would take the copies for lost members of it.
    let temp = std::env::temp_dir();
    let mut above = temp.ancestors();
    let above = above.find(|folder| folder.join("Cargo.toml").is_file());
    if let Some(above) = above {
        let (temp, above) = (temp.display(), above.display());
        let text = format!("{temp} lies below {above}/Cargo.toml");
        return Err(ExitError::usage(format!("{text}; set TMPDIR to a folder of its own")).into());
    }
    let mut trial = Trial {
        root: &workspace.root,
        fresh: options.fresh || options.minimal,
        passed: 0,
        failed: Vec::new(),
    };
    let mut fit = Vec::new();
    for one in &workspace.crates {
        if !options.crates.is_empty() && !options.crates.contains(&one.name) {
            continue;
        }
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
    let (passed, failed) = (trial.passed, trial.failed.len());
    outln!("{passed} steps passed, {failed} failed");
    Ok(u8::from(!trial.failed.is_empty()))
}

impl Trial<'_> {
    /// Tries it in a folder of its own: the way of a person who copies it and types `cargo build`. False at the first failure.
    fn alone(&mut self, one: &Crate) -> Result<bool> {
        let findings = blocks_copy(self.root, one)?;
        if !findings.is_empty() {
            let (name, findings) = (&one.name, findings.join("\n  "));
            let text = format!("{name}: tidy: `cargo xtask tidy`\n  {findings}");
            self.failed.push(text);
            return Ok(false);
        }
        let temp = self.copy(&[one])?;
        // The build cuts the lock file down to this crate, so only then it may be final. It comes before the tests,
        // whose dependencies could lend it features.
        let mut steps = vec![("build", "build"), ("test", "test --tests --locked")];
        if one.has("src/lib.rs") {
            steps.push(("doc test", "test --doc --locked"));
        }
        steps.push(("tour", "run --locked -- tour"));
        self.steps(&one.name, &temp.path().join(&one.name), &steps)
    }

    /// Tries each lesson as a program of a package of its own, beside which only the crate stands.
    fn lessons(&mut self, one: &Crate) -> Result<bool> {
        let examples = one.dir.join("examples");
        let mut files = if examples.is_dir() {
            known_files(&examples)?
        } else {
            Vec::new()
        };
        files.retain(|file| {
            let has_node_side = examples.join(file).with_extension("mjs").exists();
            has_node_side && file.extension().is_some_and(|end| end == "rs")
        });
        if files.is_empty() {
            return Ok(true);
        }
        let temp = self.copy(&[one])?;
        let folder = temp.path().join("lessons");
        copy_files(&examples, &folder.join("src/bin"), &files)?;
        let name = &one.name;
        let mut needed = format!("{name} = {{ path = \"../{name}\" }}\n");
        for (name, value) in dependencies(one, "dev-dependencies") {
            writeln!(needed, "{name} = {value}")?;
        }
        write_manifest(&folder, "2024", &needed)?;
        self.seed(&folder)?;
        let step = ("lessons as programs", "build --bins");
        self.steps(&one.name, &folder, &[step])
    }

    /// Tries it without the tool, then without each part as well: the order in which the README says how to copy less.
    fn pruned(&mut self, one: &Crate) -> Result<bool> {
        if !one.features.contains_key("cli") {
            return Ok(true);
        }
        let temp = self.copy(&[one])?;
        let folder = temp.path().join(&one.name);
        for path in TOOL.split(' ') {
            remove(&folder.join(path))?;
        }
        let mut manifest = one.manifest.clone();
        for targets in ["bin", "test", "example", "bench"] {
            manifest.remove(targets);
        }
        fs::write(folder.join("Cargo.toml"), manifest.to_string())?;
        let check = "check --no-default-features --lib";
        let mut is_fit = self.steps(&one.name, &folder, &[("without the tool", check)])?;
        for part in one.parts() {
            let source = folder.join("src").join(part);
            remove(&source)?;
            remove(&source.with_extension("rs"))?;
            let step = format!("without {part}");
            is_fit = is_fit && self.steps(&one.name, &folder, &[(&step, check)])?;
        }
        Ok(is_fit)
    }

    /// Tries all in a virtual workspace without resolver, beside a member of another edition that turns on other features.
    fn among_strangers(&mut self, crates: &[&Crate]) -> Result<()> {
        let temp = self.copy(crates)?;
        let names: Vec<_> = crates.iter().map(|one| one.name.as_str()).collect();
        let mut shared = BTreeMap::new();
        for one in crates {
            shared.extend(dependencies(one, "dependencies"));
        }
        // The stranger has all of that with default features, and tokio with all.
        let mut needed = String::new();
        for (name, value) in shared {
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            let version = version.unwrap_or("*");
            let features = if name == "tokio" { "\"full\"" } else { "" };
            writeln!(
                needed,
                "{name} = {{ version = {version:?}, features = [{features}] }}"
            )?;
        }
        let stranger = temp.path().join("stranger");
        fs::create_dir_all(stranger.join("src"))?;
        fs::write(stranger.join("src/lib.rs"), "")?;
        write_manifest(&stranger, "2021", &needed)?;
        let members = [&names[..], &["stranger"]].concat();
        let manifest = format!("[workspace]\nmembers = {members:?}\n");
        fs::write(temp.path().join("Cargo.toml"), manifest)?;
        self.seed(temp.path())?;
        let mut steps = vec![("check among strangers", "check --workspace --tests")];
        if crates.iter().any(|one| one.has("tests/golden.rs")) {
            steps.push(("lessons among strangers", "test --workspace --test golden"));
        }
        self.steps(&names.join(", "), temp.path(), &steps)?;
        Ok(())
    }

    /// Tries the lowest versions of its direct dependencies, so that the manifest promises no version that does not do.
    fn with_lowest_versions(&mut self, one: &Crate) -> Result<()> {
        let temp = self.copy(&[one])?;
        let lock = "generate-lockfile -Zdirect-minimal-versions";
        let steps = [
            ("lowest versions: lock", lock),
            ("lowest versions: check", "check --lib --locked"),
            ("lowest versions: lessons", "test --test golden --locked"),
        ];
        self.steps(&one.name, &temp.path().join(&one.name), &steps)?;
        Ok(())
    }

    /// Copies crates to a new folder, each with the versions of this workspace.
    fn copy(&self, crates: &[&Crate]) -> Result<TempDir> {
        let temp = tempfile::tempdir()?;
        for one in crates {
            let folder = temp.path().join(&one.name);
            copy_files(&one.dir, &folder, &known_files(&one.dir)?)?;
            self.seed(&folder)?;
        }
        Ok(temp)
    }

    fn seed(&self, folder: &Path) -> Result<()> {
        let lock = self.root.join("Cargo.lock");
        if !self.fresh {
            let copied = fs::copy(&lock, folder.join("Cargo.lock"));
            copied.with_context(|| lock.display().to_string())?;
        }
        Ok(())
    }

    /// Runs cargo for each step; false at the first failure.
    fn steps(&mut self, name: &str, folder: &Path, steps: &[Step]) -> Result<bool> {
        for (step, args) in steps {
            let mut cargo = cargo::command(folder);
            cargo.args(args.split(' ')).env("CARGO_TERM_QUIET", "true");
            cargo.env("CARGO_TARGET_DIR", self.root.join("target/standalone"));
            if args.contains(" -Z") {
                // It lets a stable compiler take the option, and changes nothing else.
                cargo.env("RUSTC_BOOTSTRAP", "1");
            }
            let outcome = run_aloud(&mut cargo)?;
            interrupt::check()?;
            let word = if outcome.is_good() { "pass" } else { "FAIL" };
            errln!("{word} {name}: {step} ({:.1}s)", outcome.seconds);
            if !outcome.is_good() {
                let again = format!("cargo xtask standalone {}", name.replace(',', ""));
                let mut text = format!("{name}: {step}: `cargo {args}`; again: `{again}`");
                for process in &outcome.leaked {
                    text += &format!("\n  LEAK: {process}");
                }
                outln!("{}", end(&outcome.stdout));
                self.failed.push(text);
                return Ok(false);
            }
            self.passed += 1;
        }
        Ok(true)
    }
}

/// Returns the dependencies of one kind, as the manifest has them.
fn dependencies(one: &Crate, kind: &str) -> BTreeMap<String, Value> {
    let table = one.manifest.get(kind).and_then(Value::as_table).cloned();
    table.into_iter().flatten().collect()
}

/// Writes the manifest of a package of this name in a folder, with these dependencies.
fn write_manifest(folder: &Path, edition: &str, needed: &str) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().display();
    let package = format!("[package]\nname = \"{name}\"\nedition = {edition:?}\n");
    let manifest = format!("{package}\n[dependencies]\n{needed}");
    fs::write(folder.join("Cargo.toml"), manifest)?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}
