//! `standalone`: proves that a crate survives being copied: alone, pruned, in a foreign workspace, and with the lowest versions.
//!
//! Nothing but a build finds a feature that only a neighbour turns on, or a test that reads a file of the workspace. All
//! copies share a target folder of their own, so that their dependencies are compiled once.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use fs_err as fs;
use tempfile::TempDir;
use toml::Table;

use crate::cases::{Crate, Workspace, known_files};
use crate::exit_error::ExitError;
use crate::judge::excerpt;
use crate::run::process::{NO_LIMIT, run};
use crate::run::{cargo, copy_files, interrupt, remove};
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
    options: &'a Options,
    passed: usize,
    failed: Vec<String>,
}

/// Tries each crate alone and then all of them in a foreign workspace; returns the exit status.
pub fn standalone(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    for name in &options.crates {
        let is_known = workspace.find_crate(name).is_some();
        ensure!(is_known, ExitError::NothingMatched(name.to_owned()));
    }
    // Cargo would take the copies for lost members of it.
    let temp = std::env::temp_dir();
    let mut above = temp.ancestors();
    if let Some(above) = above.find(|folder| folder.join("Cargo.toml").is_file()) {
        let (temp, above) = (temp.display(), above.display());
        let text = format!("{temp} lies below {above}/Cargo.toml; set TMPDIR to another folder");
        bail!(ExitError::Usage(text));
    }
    let mut trial = Trial {
        root: &workspace.root,
        options,
        passed: 0,
        failed: Vec::new(),
    };
    let is_chosen = |name| options.crates.is_empty() || options.crates.contains(name);
    let mut fit = Vec::new();
    for one in workspace.crates.iter().filter(|one| is_chosen(&one.name)) {
        if options.minimal || trial.isolated(one)? {
            fit.push(one);
        }
    }
    if !fit.is_empty() {
        trial.together(&fit)?;
    }
    let Trial { passed, failed, .. } = &trial;
    failed.iter().for_each(|failure| outln!("FAILED {failure}"));
    outln!("{passed} steps passed, {} failed", failed.len());
    Ok(u8::from(!failed.is_empty()))
}

impl Trial<'_> {
    /// Tries one crate where nothing else is; false at the first failure.
    fn isolated(&mut self, one: &Crate) -> Result<bool> {
        let findings = blocks_copy(self.root, one)?;
        if !findings.is_empty() {
            let findings = findings.join("\n  ");
            let text = format!("{}: tidy: `cargo xtask tidy`\n  {findings}", one.name);
            self.failed.push(text);
            return Ok(false);
        }
        let temp = self.copy(&[one])?;
        // The check cuts the lock file down to this crate, so only then it may be final. It comes before the tests,
        // whose dependencies could lend it features.
        let mut steps = vec![("check", "check"), ("test", "test --tests --locked")];
        if one.has_library() {
            steps.push(("doc test", "test --doc --locked"));
        }
        let folder = temp.path().join(&one.name);
        let is_fit = self.steps(&one.name, &folder, &steps)?;
        Ok(is_fit && self.lessons(one, temp.path())? && self.pruned(one, &folder)?)
    }

    /// Builds each lesson as a program of a package of its own, beside the copy of the crate.
    fn lessons(&mut self, one: &Crate, beside: &Path) -> Result<bool> {
        let mut lessons = one.names("examples");
        lessons.retain(|file| file.ends_with(".rs"));
        if lessons.is_empty() {
            return Ok(true);
        }
        let folder = beside.join("lessons");
        let (examples, programs) = (one.dir.join("examples"), folder.join("src/bin"));
        let lessons: Vec<PathBuf> = lessons.into_iter().map(Into::into).collect();
        copy_files(&examples, &programs, &lessons)?;
        let mut needed = one.table("dev-dependencies");
        let path = Table::from_iter([("path".to_owned(), format!("../{}", one.name).into())]);
        needed.insert(one.name.clone(), path.into());
        self.package(&folder, "2024", needed)?;
        let step = ("lessons as programs", "build --bins");
        self.steps(&one.name, &folder, &[step])
    }

    /// Removes the tool from the copy, then each part: the order in which the README says how to copy less.
    fn pruned(&mut self, one: &Crate, folder: &Path) -> Result<bool> {
        if !one.table("features").contains_key("cli") {
            return Ok(true);
        }
        for path in TOOL.split(' ') {
            remove(&folder.join(path))?;
        }
        let mut manifest = one.manifest.clone();
        for targets in ["bin", "test", "example", "bench"] {
            manifest.remove(targets);
        }
        fs::write(folder.join("Cargo.toml"), manifest.to_string())?;
        let check = "check --no-default-features --lib";
        let mut is_fit = self.steps(&one.name, folder, &[("without the tool", check)])?;
        for part in one.parts() {
            let source = folder.join("src").join(&part);
            remove(&source)?;
            remove(&source.with_extension("rs"))?;
            let step = format!("without {part}");
            is_fit = is_fit && self.steps(&one.name, folder, &[(&step, check)])?;
        }
        Ok(is_fit)
    }

    /// Replays the lessons of all in one foreign workspace: beside a foreign member, or with the lowest versions of its direct
    /// dependencies that each manifest admits.
    fn together(&mut self, crates: &[&Crate]) -> Result<()> {
        let temp = self.copy(crates)?;
        let names: Vec<_> = crates.iter().map(|one| one.name.as_str()).collect();
        let (mut members, mut resolver) = (names.clone(), "resolver = \"3\"\n");
        let replay = "test --workspace --test golden";
        let lock = "generate-lockfile -Zdirect-minimal-versions";
        let mut steps = vec![("lowest versions", lock), ("lessons with them", replay)];
        if !self.options.minimal {
            (members, resolver) = ([&names[..], &["foreign"]].concat(), "");
            steps = vec![("lessons in a foreign workspace", replay)];
            self.foreign_member(&temp.path().join("foreign"), crates)?;
        }
        let manifest = format!("[workspace]\n{resolver}members = {members:?}\n");
        fs::write(temp.path().join("Cargo.toml"), manifest)?;
        self.seed(temp.path())?;
        self.steps(&names.join(", "), temp.path(), &steps)?;
        Ok(())
    }

    /// Writes a package of another edition that has the dependencies of all crates with default features, and tokio with all.
    fn foreign_member(&self, folder: &Path, crates: &[&Crate]) -> Result<()> {
        let crates = crates.iter();
        let needed = crates.flat_map(|one| one.table("dependencies"));
        let mut needed: Table = needed.collect();
        for (name, value) in &mut needed {
            let version = value.get("version").unwrap_or(value).clone();
            let features = Vec::from_iter((name == "tokio").then_some("full"));
            let wanted = [("version", version), ("features", features.into())];
            *value = Table::from_iter(wanted.map(|(key, value)| (key.to_owned(), value))).into();
        }
        self.package(folder, "2021", needed)?;
        fs::create_dir(folder.join("src"))?;
        Ok(fs::write(folder.join("src/lib.rs"), "")?)
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

    /// Writes the manifest of a package that has these dependencies.
    fn package(&self, folder: &Path, edition: &str, dependencies: Table) -> Result<()> {
        fs::create_dir_all(folder)?;
        let name = folder.file_name().unwrap_or_default().display();
        let package = format!("[package]\nname = \"{name}\"\nedition = {edition:?}\n");
        let dependencies = Table::from_iter([("dependencies".to_owned(), dependencies.into())]);
        let manifest = package + &dependencies.to_string();
        fs::write(folder.join("Cargo.toml"), manifest)?;
        self.seed(folder)
    }

    fn seed(&self, folder: &Path) -> Result<()> {
        let lock = self.root.join("Cargo.lock");
        if !self.options.fresh && !self.options.minimal {
            fs::copy(&lock, folder.join("Cargo.lock"))?;
        }
        Ok(())
    }

    /// Runs cargo for each step; false at the first failure.
    fn steps(&mut self, name: &str, folder: &Path, steps: &[Step]) -> Result<bool> {
        for (step, args) in steps {
            let mut cargo = cargo::command(folder);
            cargo.args(args.split(' ')).env("CARGO_TERM_QUIET", "true");
            // Its profile optimises what compresses, or tests would take minutes; cargo takes no more from it.
            cargo.arg("--config").arg(self.root.join("Cargo.toml"));
            cargo.env("CARGO_TARGET_DIR", self.root.join("target/standalone"));
            // Each copy is built once, and no debugger looks at it.
            cargo.env("CARGO_INCREMENTAL", "0");
            cargo.env("CARGO_PROFILE_DEV_DEBUG", "0");
            // It lets a stable compiler take the option, and changes nothing else.
            let is_unstable = args.contains(" -Z");
            cargo.envs(is_unstable.then_some(("RUSTC_BOOTSTRAP", "1")));
            errln!("begin {name}: {step}");
            let outcome = run(&mut cargo, None, NO_LIMIT)?;
            interrupt::check()?;
            let word = if outcome.is_good() { "pass" } else { "FAIL" };
            errln!("{word} {name}: {step} ({:.1}s)", outcome.seconds);
            if !outcome.is_good() {
                outln!("{}{}", excerpt(&outcome.stdout), excerpt(&outcome.stderr));
                let flag = match self.options {
                    Options { fresh: true, .. } => "--fresh ",
                    Options { minimal: true, .. } => "--minimal ",
                    _ => "",
                };
                let names = name.replace(',', "");
                let again = format!("cargo xtask standalone {flag}{names}");
                let mut text = format!("{name}: {step}: `cargo {args}`; again: `{again}`");
                for process in &outcome.leaked {
                    text += &format!("\n  LEAK: {process}");
                }
                self.failed.push(text);
                return Ok(false);
            }
            self.passed += 1;
        }
        Ok(true)
    }
}
