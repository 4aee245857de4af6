//! `bless`: golden files are written from what the oracle prints, so that they never hold our own mistakes.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::cases::{Case, Choice, Limit, Oracle, Selection, Workspace};
use crate::exit_error::ExitError;
use crate::judge::{State, diff, ending, faults, judge};
use crate::run::{Node, Oracled, Runner, Wanted, cargo, interrupt};

/// So often a program must print the same before it is believed.
const RUNS: usize = 3;

/// How `bless` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
    /// Where Node 24 is [default: $NODE, or node on the PATH]
    #[arg(
        long,
        value_name = "PATH",
        default_value = "auto",
        hide_default_value = true
    )]
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
    let refused = "golden files are written by people who look at them";
    ensure!(!is_ci, "refused: CI={ci}, and {refused}");
    let workspace = Workspace::find()?;
    let mut selection = Selection::read(&workspace, &options.choice)?;
    if options.readme {
        return bless_readmes(&selection);
    }
    let is_ours = |case: &Case| matches!(case.oracle, Oracle::None(_));
    let cases = &mut selection.cases;
    cases.retain(|case| is_ours(case) == options.from_rust);
    ensure!(!cases.is_empty(), options.choice.nothing_matched());
    let node = Node::find(&options.node)?;
    if cases.iter().any(|case| case.oracle.needs_node()) {
        node.ensure_blesses()?;
    }
    let mut built = cargo::build_all(&selection.needed, &[]);
    if !options.from_rust {
        // A lesson may be blessed before its port compiles.
        built = built.or_else(|_| Ok(BTreeMap::new()));
    }
    let executables = built?;
    let runner = Runner { node, executables };
    let mut refused = 0;
    for case in &selection.cases {
        let blessing = bless_case(&runner, case);
        interrupt::check()?;
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
        let shown = diff("one run", &texts[0], "another", other);
        bail!("FLAKY: two runs differ\n{shown}");
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
    let rust = match runner.rust(case) {
        Ok(rust) => rust,
        Err(error) => return format!("Rust could not be run: {error:#}"),
    };
    let verdict = judge(case, &rust, None);
    match verdict.state {
        State::Passed => "Rust agrees".to_owned(),
        _ => format!("Rust does not agree: {}", verdict.headline()),
    }
}

fn bless_readmes(selection: &Selection) -> Result<u8> {
    let blocks = &selection.blocks;
    ensure!(!blocks.is_empty(), ExitError::nothing_matched("README"));
    let executables = cargo::build_all(&selection.needed, &[])?;
    let node = Node::absent(String::new());
    let runner = Runner { node, executables };
    let mut texts: BTreeMap<&PathBuf, Vec<u8>> = BTreeMap::new();
    let mut refused = 0;
    // From the last to the first, so that the places of those still to come stay right.
    for block in blocks.iter().rev() {
        let (text, outcomes) = runner.block(block)?;
        interrupt::check()?;
        let problems = |outcome| ending("Rust", Limit::default(), outcome);
        let mut problems = outcomes.iter().flat_map(problems);
        if let Some(problem) = problems.next() {
            refused += 1;
            outln!("refused   {}: {}", block.id, problem.trim_end());
        } else if text == block.text.as_bytes() {
            outln!("unchanged {}", block.id);
        } else {
            outln!("updated   {}", block.id);
            if !texts.contains_key(&block.file) {
                texts.insert(&block.file, fs::read(&block.file)?);
            }
            let whole = texts.entry(&block.file).or_default();
            whole.splice(block.range.clone(), text);
        }
    }
    for (file, text) in texts {
        write(file, &text)?;
    }
    Ok(u8::from(refused > 0))
}

/// Replaces a file at one stroke: its readers see the old text or the new one.
fn write(file: &Path, text: &[u8]) -> Result<()> {
    let folder = file.parent().context("a file is in a folder")?;
    let mut draft = tempfile::Builder::new();
    draft.permissions(Permissions::from_mode(0o644));
    let draft = draft.tempfile_in(folder)?;
    fs::write(draft.path(), text)?;
    let written = draft.persist(file);
    written.with_context(|| file.display().to_string())?;
    Ok(())
}
