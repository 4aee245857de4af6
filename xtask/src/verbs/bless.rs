//! `bless`: golden files are written from what the oracle prints, so that they never hold our own mistakes.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, anyhow, bail, ensure};
use fs_err as fs;

use crate::cases::{Block, Case, Choice, Item, LIMIT, Selection, Workspace};
use crate::judge::{diff, ending, problems};
use crate::run::{Node, Runner, cargo, interrupt};

/// How many runs must print the same before it becomes a golden file.
const RUNS: usize = 3;

/// How `bless` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
    /// Where Node 24 is; auto: $NODE, or node on the PATH
    #[arg(long, value_name = "auto|PATH", default_value = "auto")]
    node: String,
    /// Write the golden files of cases that say `no_oracle`, and only those, from the Rust side
    #[arg(long)]
    from_rust: bool,
    /// Write the console blocks of the READMEs, and nothing else, from the Rust side
    #[arg(long, conflicts_with = "from_rust")]
    readme: bool,
}

/// Writes what the filters choose; returns the exit status.
pub fn bless(options: &Options) -> Result<u8> {
    let ci = std::env::var("CI").unwrap_or_default();
    let is_ci = !matches!(ci.as_str(), "" | "0" | "false");
    let refused = "golden files are written by people who look at them";
    ensure!(!is_ci, "refused: CI={ci}, and {refused}");
    let workspace = Workspace::find()?;
    let mut selection = Selection::read(&workspace, &options.choice)?;
    selection.keep(&options.choice, |item| match item {
        Item::Block(_) => options.readme,
        Item::Case(case) => !options.readme && case.oracle.is_none() == options.from_rust,
        Item::Error(_) => true,
        Item::Tests(_) => false,
    })?;
    if options.readme {
        // From the last to the first, so that the places of those still to come stay right.
        selection.items.reverse();
    }
    let node = Node::find(&options.node)?;
    if selection.cases().any(Case::needs_node) {
        node.ensure_blesses()?;
    }
    // The Node program may come before a port that compiles; `verify` compares the two.
    let mut needed = selection.needed(&workspace);
    if !options.from_rust && !options.readme {
        needed.clear();
    }
    let executables = cargo::build_all(&needed, &[])?;
    let runner = Runner { node, executables };
    let mut status = 0;
    for item in &selection.items {
        let blessed = match item {
            Item::Case(case) => bless_case(&runner, case),
            Item::Block(block) => bless_block(&runner, block),
            Item::Error(error) => Err(anyhow!(error.text.clone())),
            Item::Tests(_) => continue,
        };
        interrupt::check()?;
        let id = item.id();
        match blessed {
            Ok(change) => outln!("{change} {id}"),
            Err(why) => {
                status = 1;
                outln!("refused   {id}: {}", format!("{why:#}").trim_end());
            }
        }
    }
    Ok(status)
}

/// Writes the golden file of a case, unless it is what the oracle prints.
fn bless_case(runner: &Runner, case: &Case) -> Result<&'static str> {
    let mut texts = Vec::new();
    for _ in 0..RUNS {
        let (name, outcome) = match runner.oracle(case)? {
            Some(Ok(outcome)) => (case.oracle_name(), outcome),
            Some(Err(why)) => bail!(why),
            None => ("Rust", runner.rust(case)?),
        };
        if let Some(problem) = problems(case, name, &outcome).into_iter().next() {
            bail!(problem);
        }
        texts.push(case.settings.normalise(&outcome.stdout));
    }
    if let Some(other) = texts.iter().find(|text| **text != texts[0]) {
        let shown = diff("one run", &texts[0], "another", other);
        bail!("FLAKY: two runs differ\n{shown}");
    }
    // A golden file that is equal in another order is left as it was arranged.
    let golden = fs::read(&case.golden).map(|golden| case.settings.normalise(&golden));
    replace(&case.golden, golden.ok().as_deref(), &texts[0])
}

/// Writes a block of a README, unless it is what its commands print.
fn bless_block(runner: &Runner, block: &Block) -> Result<&'static str> {
    let (text, outcomes) = runner.block(block)?;
    let problems = |outcome| ending("Rust", LIMIT, outcome);
    if let Some(problem) = outcomes.iter().flat_map(problems).next() {
        bail!(problem);
    }
    let old = fs::read(&block.file)?;
    let mut whole = old.clone();
    whole.splice(block.range.clone(), text);
    replace(&block.file, Some(&old), &whole)
}

/// Replaces a file that differs in one step: its readers see the old text or the new one, whatever happens on the way.
fn replace(file: &Path, old: Option<&[u8]>, text: &[u8]) -> Result<&'static str> {
    if old == Some(text) {
        return Ok("unchanged");
    }
    let folder = file.parent().unwrap_or(Path::new("."));
    let mode = Permissions::from_mode(0o666); // The umask narrows it, as for any new file.
    let mut draft = tempfile::Builder::new();
    let mut draft = draft.permissions(mode).tempfile_in(folder)?;
    draft.write_all(text)?;
    draft.persist(file)?;
    Ok("updated  ")
}
