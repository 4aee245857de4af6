//! `bless`: golden files are written from what the oracle prints, so that they never hold our own mistakes.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::case::{Case, Oracle};
use crate::diff::diff;
use crate::node::{Node, Wanted};
use crate::selection::Selection;
use crate::side::{Oracled, Stage};
use crate::stop::Stop;
use crate::verdict::{State, ending, faults, judge};
use crate::workspace::Workspace;
use crate::{cargo, interrupt, pool};

/// So often a program must print the same before it is believed.
const RUNS: usize = 3;

/// How `bless` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Only what has one of these in its id: a crate, CRATE/CASE, or a part of either
    filters: Vec<String>,
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

/// What became of one golden file.
enum Blessing {
    Updated,
    Unchanged,
    Refused(String),
}

/// Writes what the filters choose; returns the exit status.
pub fn bless(options: &Options) -> Result<u8> {
    let ci = std::env::var("CI").unwrap_or_default();
    if !matches!(ci.as_str(), "" | "0" | "false") {
        println!(
            "refused: CI={ci} is set, and golden files are written by people who look at them"
        );
        return Ok(1);
    }
    let workspace = Workspace::find()?;
    let mut selection = Selection::read(&workspace, &options.filters)?;
    if options.readme {
        return bless_readmes(&workspace, &selection);
    }
    selection
        .cases
        .retain(|case| matches!(case.oracle, Oracle::None(_)) == options.from_rust);
    if selection.cases.is_empty() {
        return Err(Stop::NothingMatched.into());
    }
    let node = Node::find(&options.node)?;
    let unfit = node
        .may_not_bless()
        .filter(|_| selection.cases.iter().any(|case| case.oracle.needs_node()));
    if let Some(why) = unfit {
        return Err(Stop::Missing(why).into());
    }
    let built = cargo::build_all(&workspace.root, &selection.needed(&workspace));
    // A twin may be blessed before its port compiles.
    let executables = if options.from_rust {
        built?
    } else {
        built.unwrap_or_default()
    };
    let stage = Stage { node, executables };
    let mut refused = 0;
    pool::each(
        &selection.cases,
        1,
        |_| false,
        |case| (case, bless_case(&stage, case)),
        |(case, blessing)| {
            let blessing = blessing.unwrap_or_else(|error| Blessing::Refused(format!("{error:#}")));
            refused += usize::from(matches!(blessing, Blessing::Refused(_)));
            match blessing {
                Blessing::Updated => println!("updated   {}: {}", case.id, agreement(&stage, case)),
                Blessing::Unchanged => {
                    println!("unchanged {}: {}", case.id, agreement(&stage, case));
                }
                Blessing::Refused(why) => println!("refused   {}: {}", case.id, why.trim_end()),
            }
        },
    );
    Ok(if interrupt::requested() {
        130
    } else {
        u8::from(refused > 0)
    })
}

fn bless_case(stage: &Stage, case: &Case) -> Result<Blessing> {
    let mut texts = Vec::new();
    for _ in 0..RUNS {
        let (name, outcome) = match stage.oracle(case)? {
            Oracled::Ran(outcome) => (case.oracle.name(), outcome),
            Oracled::Absent(why) => return Ok(Blessing::Refused(why)),
            Oracled::None => ("Rust", stage.rust(case)?),
        };
        if let Some(problem) = faults(case, name, &outcome).into_iter().next() {
            return Ok(Blessing::Refused(format!(
                "{}\n{}",
                problem.headline, problem.detail
            )));
        }
        texts.push(case.rules.normalise(&outcome.stdout).into_owned());
    }
    if let Some(other) = texts.iter().find(|text| **text != texts[0]) {
        return Ok(Blessing::Refused(format!(
            "FLAKY: two runs differ\n{}",
            diff("one run", &texts[0], "another", other)
        )));
    }
    // A golden file that is equal in another order is left as it was arranged.
    if fs::read(&case.golden).is_ok_and(|golden| *case.rules.normalise(&golden) == *texts[0]) {
        return Ok(Blessing::Unchanged);
    }
    write(&case.golden, &texts[0])?;
    Ok(Blessing::Updated)
}

/// Whether Rust prints the golden bytes too. It need not: a twin may come before its port.
fn agreement(stage: &Stage, case: &Case) -> String {
    if !stage.executables.contains_key(&case.krate) {
        return "Rust was not built".to_owned();
    }
    let verdict = stage.rust(case).map(|rust| {
        judge(
            case,
            fs::read(&case.golden).ok().as_deref(),
            &rust,
            &Oracled::None,
        )
    });
    match verdict {
        Ok(verdict) if verdict.state == State::Passed => "Rust agrees".to_owned(),
        Ok(verdict) => format!(
            "Rust does not agree: {}",
            verdict.problems.first().map_or("", |one| &one.headline)
        ),
        Err(error) => format!("Rust could not be run: {error:#}"),
    }
}

fn bless_readmes(workspace: &Workspace, selection: &Selection) -> Result<u8> {
    if selection.blocks.is_empty() {
        return Err(Stop::NothingMatched.into());
    }
    let executables = cargo::build_all(&workspace.root, &selection.needed(workspace))?;
    let stage = Stage {
        node: Node::Absent(String::new()),
        executables,
    };
    let mut texts = BTreeMap::new();
    let mut refused = false;
    // From the last to the first, so that the places of those still to come stay right.
    for block in selection.blocks.iter().rev() {
        let (text, fault) = stage.block(block, &block.fixtures(workspace)?)?;
        if let Some(outcome) = fault {
            refused = true;
            let problems = ending("Rust", Duration::from_secs(10), &outcome);
            println!(
                "refused   {}: {}",
                block.id,
                problems.first().map_or("", |one| &one.headline)
            );
            continue;
        }
        let is_new = text != block.text.as_bytes();
        println!(
            "{} {}",
            if is_new { "updated  " } else { "unchanged" },
            block.id
        );
        if is_new {
            let whole = match texts.remove(&block.file) {
                Some(whole) => whole,
                None => fs::read(&block.file)?,
            };
            let parts = [
                &whole[..block.place.start],
                &text,
                &whole[block.place.end..],
            ];
            texts.insert(block.file.clone(), parts.concat());
        }
    }
    for (file, text) in texts {
        write(&file, &text)?;
    }
    Ok(u8::from(refused))
}

/// Replaces a file at one stroke: whoever reads it sees the old text or the new one.
fn write(file: &Path, text: &[u8]) -> Result<()> {
    let folder = file.parent().context("a file is in a folder")?;
    let draft = tempfile::Builder::new()
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    fs::write(draft.path(), text)?;
    draft
        .persist(file)
        .with_context(|| file.display().to_string())?;
    Ok(())
}
