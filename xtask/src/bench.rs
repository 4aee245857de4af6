//! `bench`: ours against Node and other peers, in turn, after all have shown that they do the same work.

mod against;
mod check;
pub mod figures;
mod measure;
mod plan;
mod programs;
mod server;
mod shell;
mod svg;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fs_err as fs;
use serde_json::json;
use tempfile::TempDir;

use self::check::WorkCheck;
use self::measure::{Entry, run};
use self::plan::Spec;
use self::programs::build_programs;
use self::shell::Shell;
use crate::cases::{Choice, Workspace};
use crate::run::{Node, interrupt, path_with};

/// How `bench` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
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
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto")]
    node: String,
    /// Write all figures to a file as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs the benches that the names choose; returns the exit status.
pub fn bench(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let mut specs = Vec::new();
    for one in &workspace.crates {
        specs.extend(Spec::read_all(one, |id| options.choice.has(id))?);
    }
    let ids: Vec<_> = specs.iter().map(|spec| spec.id.clone()).collect();
    options.choice.check(&ids)?;
    // Before an hour is spent, what could go wrong after it.
    for spec in specs.iter().filter(|_| options.write) {
        table::place(spec)?;
    }
    if let Some(file) = &options.json {
        fs::write(file, "")?;
    }
    let (node, bin) = (Node::find(&options.node)?, tempfile::tempdir()?);
    // Smoke looks whether it works: the build that is there already will do.
    let profile: &[&str] = if options.smoke { &[] } else { &["--release"] };
    build_programs(&workspace, &specs, profile, bin.path())?;
    let race = Race { options, node, bin };
    let rev = options.against.as_ref();
    let earlier = rev.map(|rev| against::replace_contenders(&workspace.root, rev, &mut specs));
    let _kept_until_the_end = earlier.transpose()?;

    let (mut failed, mut figures) = (0, Vec::new());
    for spec in &specs {
        let entries = race.run(spec);
        interrupt::check()?;
        match entries {
            Ok(entries) => {
                race.show(spec, &entries)?;
                figures.push(json!({ "id": spec.id, "title": spec.title, "contenders": entries }));
            }
            Err(error) => {
                outln!("FAIL {}: {error:#}", spec.id);
                failed += 1;
            }
        }
    }
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_vec_pretty(&figures)?)?;
    }
    outln!("{} passed, {failed} failed", specs.len() - failed);
    Ok(u8::from(failed > 0))
}

/// What the benches of one call share.
struct Race<'a> {
    options: &'a Options,
    node: Node,
    /// Our programs.
    bin: TempDir,
}

impl Race<'_> {
    /// Runs one round that is checked and not counted, then the others, a different contender first each time.
    fn run<'a>(&self, spec: &'a Spec) -> Result<Vec<Entry<'a>>> {
        // In memory where there is such a thing, so that no disk is measured.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        let shell = self.shell(spec, folder.path())?;
        if let Some(line) = &spec.input {
            shell.text(line).context("input")?;
        }
        let mut check = WorkCheck::new(spec, &shell)?;
        let mut entries: Vec<Entry> = Vec::new();
        for contender in &spec.contenders {
            let name = contender.name.as_str();
            let missing = contender.missing(&shell.env, &self.node.says);
            match &missing {
                Some(missing) if entries.is_empty() => bail!("ours needs {missing}"),
                Some(_) => {}
                None => check.admit(contender).context(name.to_owned())?,
            }
            entries.push(Entry {
                name,
                missing,
                runs: Vec::new(),
            });
        }
        let count = entries.len();
        let mut rounds = self.options.rounds as usize;
        if self.options.smoke {
            rounds = 0;
        }
        for turn in 0..rounds * count {
            let index = (turn + turn / count) % count;
            let (entry, contender) = (&mut entries[index], &spec.contenders[index]);
            if entry.missing.is_none() {
                let ran = run(spec, contender, &shell);
                entry.runs.push(ran.context(contender.name.clone())?);
            }
        }
        Ok(entries)
    }

    /// Prints what the contenders did, as the options want it, and puts it into the README.
    fn show(&self, spec: &Spec, entries: &[Entry]) -> Result<()> {
        if self.options.smoke {
            outln!("ok {}: {}", spec.id, table::participants(entries));
        } else if self.options.against.is_some() {
            outln!("{}", against::speeds(spec, entries));
        } else {
            let text = table::markdown(spec, entries, &self.node, self.options.rounds);
            outln!("{}\n\n{text}", spec.id);
            if self.options.write {
                table::write(spec, &text, svg::chart(spec, entries).as_deref())?;
            }
        }
        Ok(())
    }

    /// Returns what every line of a bench may use: our programs on the PATH, and where things are.
    fn shell(&self, spec: &Spec, folder: &Path) -> Result<Shell> {
        let smoke = self.options.smoke;
        let mut env = BTreeMap::from([
            ("PATH", path_with(self.bin.path())),
            ("BENCHES", spec.benches().display().to_string()),
            ("MIB", if smoke { "4" } else { "256" }.to_owned()),
            ("SMOKE", if smoke { "1" } else { "" }.to_owned()),
            ("OUT", "/dev/null".to_owned()),
        ]);
        let node = self.node.path.as_ref();
        env.extend(node.map(|node| ("NODE", node.display().to_string())));
        let folder = folder.to_owned();
        Ok(Shell { folder, env })
    }
}
