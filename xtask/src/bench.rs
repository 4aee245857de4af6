//! `bench`: ours against Node and other peers, in turn, after all have shown that they do the same work.

mod measure;
mod server;
mod spec;
mod svg;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use self::measure::{Run, run};
use self::spec::{Contender, Spec};
use crate::node::{Node, Wanted};
use crate::stop::Stop;
use crate::workspace::Workspace;
use crate::{cargo, interrupt};

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
    /// Where Node is
    #[arg(long, value_name = "PATH")]
    node: Option<PathBuf>,
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
    let chosen = |id: &str| {
        options.names.is_empty() || options.names.iter().any(|name| id.contains(name.as_str()))
    };
    let mut specs = Vec::new();
    for one in &workspace.crates {
        specs.extend(
            Spec::read_all(one)?
                .into_iter()
                .filter(|spec| chosen(&spec.id)),
        );
    }
    if specs.is_empty() {
        return Err(Stop::nothing_matched().into());
    }
    let node = Node::find(&options.node.clone().map_or(Wanted::Auto, Wanted::At))?;
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
    for spec in &specs {
        let env = environment(spec, &node, &executables, options.smoke)?;
        match compete(spec, &env, options) {
            Ok(entries) if options.smoke => {
                println!("ok {}: {}", spec.id, table::attendance(&entries));
            }
            Ok(entries) => {
                let text = table::markdown(spec, &entries, &node, options.rounds);
                println!("{}\n\n{text}", spec.id);
                if options.write {
                    table::write(spec, &text)?;
                    fs::write(spec.file.with_extension("svg"), svg::chart(spec, &entries))?;
                }
                figures.push(table::json(spec, &entries));
            }
            Err(error) if interrupt::requested() => return Err(error.context(Stop::interrupted())),
            Err(error) => {
                println!("FAIL {}: {error:#}", spec.id);
                failed += 1;
            }
        }
    }
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_vec_pretty(&figures)?)
            .with_context(|| file.display().to_string())?;
    }
    println!("{} passed, {failed} failed", specs.len() - failed);
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
    options: &Options,
) -> Result<Vec<Entry<'a>>> {
    let folder = folder()?;
    let shell = |line: &str| measure::text(line, folder.path(), env);
    if let Some(line) = &spec.input {
        shell(line).context("input")?;
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut agreed: Option<String> = None;
    for contender in &spec.contenders {
        if let Some(missing) = contender.missing(env) {
            ensure!(!entries.is_empty(), "ours needs {missing}");
            entries.push(Entry {
                contender,
                outcome: Err(missing),
            });
            continue;
        }
        let first =
            run(spec, contender, folder.path(), env).with_context(|| contender.name.clone())?;
        let work = match &spec.check {
            Some(line) => shell(line).with_context(|| format!("check after {}", contender.name))?,
            None => first.stdout.clone(),
        };
        let agreed = agreed.get_or_insert_with(|| work.clone());
        ensure!(
            spec.unchecked.is_some() || *agreed == work,
            "{} does other work than {}: {work:?} and {agreed:?}",
            contender.name,
            spec.contenders[0].name
        );
        entries.push(Entry {
            contender,
            outcome: Ok(Vec::new()),
        });
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

/// In memory where that can be had, so that no disk is measured.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}
