//! `bless`: golden files are written from what the oracle prints, so that they never hold our own mistakes.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::cases::find::{Case, Oracle};
use crate::cases::selection::{Choice, Selection};
use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;
use crate::judge::diff::diff;
use crate::judge::verdict::{State, faults, judge};
use crate::run::node::{Node, Wanted};
use crate::run::sandbox::{Oracled, Runner};
use crate::run::{cargo, interrupt};

/// So often a program must print the same before it is believed.
const RUNS: usize = 3;

/// How `bless` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
    /// Where Node 24 is [default: $NODE, or node on the PATH]
    #[arg(long, value_name = "PATH", default_value = "auto", hide_default_value = true, value_parser = Wanted::parse)]
    node: Wanted,
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
    ensure!(
        !is_ci,
        "refused: CI={ci}, and golden files are written by people who look at them"
    );
    let workspace = Workspace::find()?;
    let mut selection = Selection::read(&workspace, &options.choice)?;
    if options.readme {
        return bless_readmes(&workspace, &selection);
    }
    selection
        .cases
        .retain(|case| matches!(case.oracle, Oracle::None(_)) == options.from_rust);
    if selection.cases.is_empty() {
        return Err(options.choice.nothing_matched().into());
    }
    let node = Node::find(&options.node)?;
    if selection.cases.iter().any(|case| case.oracle.needs_node()) {
        node.ensure_blesses()?;
    }
    let built = cargo::build_all(&workspace.root, &selection.needed, &[]);
    // A lesson may be blessed before its port compiles.
    let executables = if options.from_rust {
        built?
    } else {
        built.unwrap_or_default()
    };
    let runner = Runner { node, executables };
    let mut refused = 0;
    for case in &selection.cases {
        let blessing = bless_case(&runner, case);
        if interrupt::requested() {
            return Err(ExitError::interrupted().into());
        }
        match blessing {
            Ok(true) => outln!("updated   {}: {}", case.id, agreement(&runner, case)),
            Ok(false) => outln!("unchanged {}: {}", case.id, agreement(&runner, case)),
            Err(why) => {
                refused += 1;
                outln!("refused   {}: {}", case.id, format!("{why:#}").trim_end());
            }
        }
    }
    Ok(u8::from(refused > 0))
}

/// Writes the golden file of a case; true if that changed it, an error if nothing was written.
fn bless_case(runner: &Runner, case: &Case) -> Result<bool> {
    let mut texts = Vec::new();
    for _ in 0..RUNS {
        let (name, outcome) = match runner.oracle(case)? {
            Oracled::Ran(outcome) => (case.oracle.name(), outcome),
            Oracled::Absent(why) => bail!(why),
            Oracled::None => ("Rust", runner.rust(case)?),
        };
        if let Some(problem) = faults(case, name, &outcome).into_iter().next() {
            bail!(problem);
        }
        texts.push(case.rules.normalise(&outcome.stdout).into_owned());
    }
    if let Some(other) = texts.iter().find(|text| **text != texts[0]) {
        bail!(
            "FLAKY: two runs differ\n{}",
            diff("one run", &texts[0], "another", other)
        );
    }
    // A golden file that is equal in another order is left as it was arranged.
    if fs::read(&case.golden).is_ok_and(|golden| *case.rules.normalise(&golden) == *texts[0]) {
        return Ok(false);
    }
    write(&case.golden, &texts[0])?;
    Ok(true)
}

/// Returns whether Rust prints the golden bytes too. It need not: a Node program may come before its port.
fn agreement(runner: &Runner, case: &Case) -> String {
    if case.lacks_rust() {
        return "the Rust side is still to be written".to_owned();
    }
    if !runner.executables.contains_key(&case.krate) {
        return "Rust was not built".to_owned();
    }
    let golden = fs::read(&case.golden).ok();
    match runner
        .rust(case)
        .map(|rust| judge(case, golden.as_deref(), &rust, None))
    {
        Ok(verdict) if verdict.state == State::Passed => "Rust agrees".to_owned(),
        Ok(verdict) => format!("Rust does not agree: {}", verdict.headline()),
        Err(error) => format!("Rust could not be run: {error:#}"),
    }
}

fn bless_readmes(workspace: &Workspace, selection: &Selection) -> Result<u8> {
    if selection.blocks.is_empty() {
        return Err(ExitError::nothing_matched("README").into());
    }
    let executables = cargo::build_all(&workspace.root, &selection.needed, &[])?;
    let runner = Runner {
        node: Node::absent(String::new()),
        executables,
    };
    let mut texts: BTreeMap<&Path, Vec<u8>> = BTreeMap::new();
    let mut refused = 0;
    // From the last to the first, so that the places of those still to come stay right.
    for block in selection.blocks.iter().rev() {
        let (text, problems) = runner.block(block)?;
        if interrupt::requested() {
            return Err(ExitError::interrupted().into());
        }
        if let Some(problem) = problems.first() {
            refused += 1;
            outln!("refused   {}: {}", block.id, problem.trim_end());
        } else if text == block.text.as_bytes() {
            outln!("unchanged {}", block.id);
        } else {
            outln!("updated   {}", block.id);
            let whole = match texts.remove(&*block.file) {
                Some(whole) => whole,
                None => fs::read(&block.file)?,
            };
            let parts = [
                &whole[..block.range.start],
                &text,
                &whole[block.range.end..],
            ];
            texts.insert(&block.file, parts.concat());
        }
    }
    texts
        .iter()
        .try_for_each(|(file, text)| write(file, text))?;
    Ok(u8::from(refused > 0))
}

/// Replaces a file at one stroke: its readers see the old text or the new one.
fn write(file: &Path, text: &[u8]) -> Result<()> {
    let folder = file.parent().context("a file is in a folder")?;
    let permissions = Permissions::from_mode(0o644);
    let draft = tempfile::Builder::new()
        .permissions(permissions)
        .tempfile_in(folder)?;
    fs::write(draft.path(), text)?;
    draft
        .persist(file)
        .with_context(|| file.display().to_string())?;
    Ok(())
}
