//! `bench`: ours against Node and other peers, in turn, after all have shown that they do the same work.

mod against;
mod check;
mod measure;
mod plan;
mod server;
mod svg;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use self::against::Earlier;
use self::check::WorkCheck;
use self::measure::{Run, run};
use self::plan::{Contender, Spec};
use crate::cases::workspace::{Crate, Workspace};
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
    /// Ours beside ours of an earlier commit, instead of peers: prints the speed of now to the speed of then
    #[arg(long, value_name = "REV", conflicts_with_all = ["smoke", "write"])]
    against: Option<String>,
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

/// What a contender did: a run for each round, or why it has none.
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
    let mut specs = choose(&workspace, &options.names)?;
    // Before an hour is spent, what could go wrong after it.
    let places = specs
        .iter()
        .filter(|_| options.write)
        .map(table::Place::find)
        .collect::<Result<Vec<_>>>()?;
    let create =
        |file: &PathBuf| fs::File::create(file).with_context(|| file.display().to_string());
    let mut json = options.json.as_ref().map(create).transpose()?;
    let node = Node::find(&options.node)?;
    let needed = workspace
        .crates
        .iter()
        .filter(|one| specs.iter().any(|spec| spec.krate == one.name));
    // Smoke looks whether it works: the build that is there already will do.
    let profile: &[&str] = if options.smoke { &[] } else { &["--release"] };
    let bin = programs(&workspace.root, &needed.collect::<Vec<_>>(), profile)?;
    let _earlier = match &options.against {
        Some(rev) => Some(Earlier::build(&workspace, rev, &mut specs)?),
        None => None,
    };

    let mut failed = 0;
    let mut figures = Vec::new();
    for (index, spec) in specs.iter().enumerate() {
        let env = environment(spec, &node, bin.path(), options.smoke)?;
        match compete(spec, &env, &node, options) {
            Ok(entries) => {
                if options.smoke {
                    outln!("ok {}: {}", spec.id, table::attendance(&entries));
                } else if options.against.is_some() {
                    outln!("{}", against::speeds(spec, &entries));
                } else {
                    let text = table::markdown(spec, &entries, &node, options.rounds);
                    outln!("{}\n\n{text}", spec.id);
                    if let Some(place) = places.get(index) {
                        place.fill(spec, &text, svg::chart(spec, &entries).as_deref())?;
                    }
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

fn choose(workspace: &Workspace, names: &[String]) -> Result<Vec<Spec>> {
    let chosen = |id: &str| names.is_empty() || names.iter().any(|name| id.contains(name.as_str()));
    let mut specs = Vec::new();
    for one in &workspace.crates {
        specs.extend(Spec::read_all(one, chosen)?);
    }
    let is_idle = |name: &&String| !specs.iter().any(|spec| spec.id.contains(name.as_str()));
    let idle = names.iter().find(is_idle).map(String::as_str);
    match idle.or(specs.is_empty().then_some("bench")) {
        Some(name) => Err(ExitError::nothing_matched(name).into()),
        None => Ok(specs),
    }
}

/// Builds the crates; returns a folder with each tool as CRATE, and each driver of a bench as CRATE-bench-NAME.
fn programs(root: &Path, crates: &[&Crate], profile: &[&str]) -> Result<TempDir> {
    let bin = tempfile::tempdir()?;
    let link = |path: &Path, name: &str| std::os::unix::fs::symlink(path, bin.path().join(name));
    for (name, path) in cargo::build_all(root, crates, profile)? {
        link(&path, &name)?;
    }
    for one in crates {
        let files = fs::read_dir(one.dir.join("benches"))
            .into_iter()
            .flatten()
            .flatten();
        if files
            .into_iter()
            .any(|file| file.path().extension().is_some_and(|end| end == "rs"))
        {
            let drivers = cargo::build(root, one, &[&["build", "--bench", "*"], profile].concat())?;
            for (name, path) in drivers.iter().filter(|(name, _)| *name != one.name) {
                link(path, &format!("{}-bench-{name}", one.name))?;
            }
        }
    }
    Ok(bin)
}

/// What every line of a bench may use: our programs on the PATH, and where things are.
fn environment(
    spec: &Spec,
    node: &Node,
    bin: &Path,
    smoke: bool,
) -> Result<BTreeMap<String, String>> {
    let benches = spec.file.parent().unwrap_or(Path::new("."));
    let mib = if smoke { "4" } else { "256" };
    let mut env = BTreeMap::from([
        ("PATH".to_owned(), path_with(bin)?),
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

/// The PATH with a folder in front.
fn path_with(bin: &Path) -> Result<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        [bin.to_owned()]
            .into_iter()
            .chain(std::env::split_paths(&path)),
    )?;
    Ok(path.to_string_lossy().into_owned())
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
    let mut check = WorkCheck::new(spec, folder.path(), env)?;
    let mut entries: Vec<Entry> = Vec::new();
    for contender in &spec.contenders {
        let outcome = match contender.missing(env, &node.says) {
            Some(missing) if entries.is_empty() => bail!("ours needs {missing}"),
            Some(missing) => Err(missing),
            None => {
                check
                    .admit(contender)
                    .with_context(|| contender.name.clone())?;
                Ok(Vec::new())
            }
        };
        entries.push(Entry { contender, outcome });
    }
    let rounds = if options.smoke {
        0
    } else {
        options.rounds as usize
    };
    for round in 0..rounds {
        let count = entries.len();
        for index in (0..count).map(|index| (index + round) % count) {
            let Entry {
                contender,
                outcome: Ok(runs),
            } = &mut entries[index]
            else {
                continue;
            };
            let run = run(spec, contender, folder.path(), env);
            runs.push(run.with_context(|| contender.name.clone())?);
        }
    }
    Ok(entries)
}

/// In memory where there is such a folder, so that no disk is measured.
fn folder() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    })
}
