//! `bench`: ours against Node and other peers, in turn, after all have shown that they do the same work.

mod measure;
mod plan;
mod server;
mod svg;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use self::measure::{Run, run};
use self::plan::{Contender, Spec};
use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;
use crate::run::node::{Node, Wanted};
use crate::run::{cargo, interrupt};

/// How `bench` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only benches with one of these in their CRATE/NAME
    names: Vec<String>,
    /// Run each once on a small input, to see that it still works; nothing is timed
    #[arg(long, conflicts_with = "write")]
    smoke: bool,
    /// Put table and chart into the crate's README
    #[arg(long)]
    write: bool,
    /// Counted rounds, after one that is not
    #[arg(long, value_name = "N", default_value = "7", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// As for `verify`: whether there must be a Node
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto", value_parser = Wanted::parse)]
    node: Wanted,
    /// Write all figures to a file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a contender did: a run for each round, or why there is none.
pub struct Entry<'a> {
    pub contender: &'a Contender,
    pub outcome: Result<Vec<Run>, String>,
}

impl Entry<'_> {
    pub fn runs(&self) -> &[Run] {
        self.outcome.as_deref().unwrap_or_default()
    }
}

/// Runs the benches that the names choose; returns the exit status.
pub fn bench(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let names = &options.names;
    let chosen = |id: &str| names.is_empty() || names.iter().any(|name| id.contains(name.as_str()));
    let mut specs = Vec::new();
    for one in &workspace.crates {
        specs.extend(Spec::read_all(one, chosen)?);
    }
    let matched = |name: &&String| specs.iter().any(|spec| spec.id.contains(name.as_str()));
    if let Some(name) = names.iter().find(|name| !matched(name)) {
        return Err(ExitError::nothing_matched(name).into());
    }
    if specs.is_empty() {
        return Err(ExitError::nothing_matched("bench").into());
    }
    // Before an hour is spent, what could go wrong after it.
    let places = specs
        .iter()
        .filter(|_| options.write)
        .map(table::Place::find);
    let places: Vec<_> = places.collect::<Result<_>>()?;
    let mut json = match &options.json {
        Some(file) => Some(fs::File::create(file).with_context(|| file.display().to_string())?),
        None => None,
    };
    let node = Node::find(&options.node)?;
    let needed: Vec<_> = workspace
        .crates
        .iter()
        .filter(|one| specs.iter().any(|spec| spec.krate == one.name))
        .collect();
    // Smoke looks whether it works: the build that is there already will do.
    let profile: &[&str] = if options.smoke { &[] } else { &["--release"] };
    let executables = cargo::build_all(&workspace.root, &needed, profile)?;

    let mut failed = 0;
    let mut figures = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let env = environment(spec, &node, &executables, options.smoke)?;
        match compete(spec, &env, &node, options) {
            Ok(entries) if options.smoke => {
                outln!("ok {}: {}", spec.id, table::attendance(&entries));
                figures.push(table::json(spec, &entries));
            }
            Ok(entries) => {
                let text = table::markdown(spec, &entries, &node, options.rounds);
                outln!("{}\n\n{text}", spec.id);
                if let Some(place) = places.get(index) {
                    place.fill(spec, &text, svg::chart(spec, &entries).as_deref())?;
                }
                figures.push(table::json(spec, &entries));
            }
            Err(error) if interrupt::requested() => {
                return Err(error.context(ExitError::interrupted()));
            }
            Err(error) => {
                outln!("FAIL {}: {error:#}", spec.id);
                failed += 1;
            }
        }
    }
    if let Some(file) = &mut json {
        file.write_all(&serde_json::to_vec_pretty(&figures)?)
            .context("--json")?;
    }
    outln!("{} passed, {failed} failed", specs.len() - failed);
    Ok(u8::from(failed > 0))
}

/// What every line of a bench may use: our binaries on the PATH, and where things are.
fn environment(
    spec: &Spec,
    node: &Node,
    executables: &BTreeMap<String, PathBuf>,
    smoke: bool,
) -> Result<BTreeMap<String, String>> {
    let ours = executables
        .values()
        .filter_map(|executable| executable.parent().map(Path::to_owned));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(ours.chain(std::env::split_paths(&path)))?;
    let benches = spec.file.parent().unwrap_or(Path::new("."));
    let mib = if smoke { "4" } else { "256" };
    let mut env = BTreeMap::from([
        ("PATH".to_owned(), path.to_string_lossy().into_owned()),
        ("BENCHES".to_owned(), benches.display().to_string()),
        ("MIB".to_owned(), mib.to_owned()),
        ("OUT".to_owned(), "/dev/null".to_owned()),
        ("SMOKE".to_owned(), if smoke { "1" } else { "" }.to_owned()),
    ]);
    if let Some(node) = &node.path {
        env.insert("NODE".to_owned(), node.display().to_string());
    }
    Ok(env)
}

/// One round that is checked and not counted, then the others, a different one first each time.
fn compete<'a>(
    spec: &'a Spec,
    env: &BTreeMap<String, String>,
    node: &Node,
    options: &Options,
) -> Result<Vec<Entry<'a>>> {
    let folder = folder()?;
    if let Some(line) = &spec.input {
        measure::text(line, folder.path(), env).context("input")?;
    }
    let mut judge = Judge::new(spec, folder.path(), env)?;
    let mut entries: Vec<Entry> = Vec::new();
    for contender in &spec.contenders {
        let missing = contender.missing(env, &node.says);
        if let Some(missing) = missing.as_ref().filter(|_| entries.is_empty()) {
            bail!("ours needs {missing}");
        }
        if missing.is_none() {
            judge
                .admit(contender)
                .with_context(|| contender.name.clone())?;
        }
        let outcome = missing.map_or(Ok(Vec::new()), Err);
        entries.push(Entry { contender, outcome });
    }
    if options.smoke {
        return Ok(entries);
    }
    for round in 0..options.rounds as usize {
        let count = entries.len();
        for index in (0..count).map(|index| (index + round) % count) {
            let Entry {
                contender,
                outcome: Ok(runs),
            } = &mut entries[index]
            else {
                continue;
            };
            runs.push(
                run(spec, contender, folder.path(), env).with_context(|| contender.name.clone())?,
            );
        }
    }
    Ok(entries)
}

/// Sees to it that all do the same work, and do some.
struct Judge<'a> {
    spec: &'a Spec,
    folder: &'a Path,
    env: BTreeMap<String, String>,
    /// What lies in the folder before anybody has worked.
    inputs: BTreeSet<OsString>,
    /// What the check says of that: of nobody's work.
    nobody: Option<String>,
    /// What the first one has done.
    agreed: Option<String>,
}

impl<'a> Judge<'a> {
    fn new(spec: &'a Spec, folder: &'a Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let inputs = names(folder)?;
        let mut env = env.clone();
        env.insert("OUT".to_owned(), "out".to_owned());
        let check = spec.check.as_ref();
        let nobody = check.and_then(|line| measure::text(line, folder, &env).ok());
        Ok(Self {
            spec,
            folder,
            env,
            inputs,
            nobody,
            agreed: None,
        })
    }

    /// Runs a contender once, from the inputs alone, and compares what it did.
    fn admit(&mut self, contender: &Contender) -> Result<()> {
        for name in names(self.folder)?.difference(&self.inputs) {
            let path = self.folder.join(name);
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        let first = run(self.spec, contender, self.folder, &self.env)?;
        if self.spec.unchecked.is_some() {
            return Ok(());
        }
        let work = match &self.spec.check {
            Some(line) => measure::text(line, self.folder, &self.env).context("check")?,
            None => first.stdout,
        };
        ensure!(
            !work.trim().is_empty() && self.nobody.as_ref() != Some(&work),
            "the check sees no work: {work:?} is what it says when nobody has done anything"
        );
        let agreed = self.agreed.get_or_insert_with(|| work.clone());
        ensure!(
            *agreed == work,
            "does other work than {}: {work:?} and {agreed:?}",
            self.spec.contenders[0].name
        );
        Ok(())
    }
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

/// In memory where that can be had, so that no disk is measured.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}
