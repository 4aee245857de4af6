//! Console blocks in the READMEs, which are cases too: documentation that cannot lie.
//!
//! A block opens with three backquotes and `console`, and holds lines `$ COMMAND`, each followed by all that it prints:
//! stdout, then stderr. A shell runs them, with the tools of this workspace by their names; `cargo run -p CRATE --` is
//! such a name too. The commands of one block share one fresh directory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Result;
use regex_lite::Regex;

use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;

/// One console block.
pub struct Block {
    /// `CRATE/README.md:LINE`, or `README.md:LINE` for the one at the root.
    pub id: String,
    pub file: PathBuf,
    /// Where the text between the fences stands in the file.
    pub range: Range<usize>,
    pub text: String,
    /// The crates whose tools it calls.
    pub crates: Vec<String>,
    /// Those of the crate that is called first.
    pub fixtures: PathBuf,
}

impl Block {
    /// Its commands: the line as printed, and what a shell is given.
    pub fn commands(&self) -> impl Iterator<Item = (&str, String)> {
        let commands = self
            .text
            .lines()
            .filter_map(|line| Some((line, line.strip_prefix("$ ")?)));
        commands.map(
            |(line, command)| match command.strip_prefix("cargo run -p ") {
                Some(rest) => (line, rest.replacen(" -- ", " ", 1)),
                None => (line, command.to_owned()),
            },
        )
    }
}

/// Reads the blocks of all READMEs.
pub fn read_all(workspace: &Workspace) -> Result<Vec<Block>> {
    let mut blocks = read(workspace, &workspace.root, "README.md")?;
    for one in &workspace.crates {
        blocks.extend(read(
            workspace,
            &one.dir,
            &format!("{}/README.md", one.name),
        )?);
    }
    Ok(blocks)
}

fn read(workspace: &Workspace, folder: &Path, name: &str) -> Result<Vec<Block>> {
    let file = folder.join("README.md");
    let whole = if file.exists() {
        fs::read_to_string(&file)?
    } else {
        String::new()
    };
    let fences = Regex::new(r"(?ms)^```console\n(.*?)^```$").expect("a valid pattern");
    let any = Regex::new(r"(?m)^\s*```\s*console").expect("a valid pattern");
    let (exact, meant) = (
        fences.find_iter(&whole).count(),
        any.find_iter(&whole).count(),
    );
    if exact != meant {
        let text = format!(
            "{name}: {meant} fences say console, and {exact} say it as \"```console\" alone and are closed"
        );
        return Err(ExitError::usage(text).into());
    }
    let mut blocks = Vec::new();
    for found in fences
        .captures_iter(&whole)
        .filter_map(|found| found.get(1))
    {
        let id = format!("{name}:{}", whole[..found.start()].lines().count());
        let (range, text) = (found.range(), found.as_str().to_owned());
        let mut block = Block {
            id,
            file: file.clone(),
            range,
            text,
            crates: Vec::new(),
            fixtures: PathBuf::new(),
        };
        let mut crates = Vec::new();
        for (line, command) in block.commands() {
            let mut words = command.split_whitespace();
            let Some(one) = words.find_map(|word| workspace.find_crate(word)) else {
                let text = format!(
                    "{}: `{line}` calls no crate; what is not checked goes into a `sh` block",
                    block.id
                );
                return Err(ExitError::usage(text).into());
            };
            crates.push(one);
        }
        let first = crates.first().filter(|_| block.text.starts_with("$ "));
        let first = first.ok_or_else(|| {
            ExitError::usage(format!("{}: it starts with no `$ command`", block.id))
        })?;
        block.fixtures = first.dir.join("golden/fixtures");
        block.crates = crates.iter().map(|one| one.name.clone()).collect();
        blocks.push(block);
    }
    Ok(blocks)
}
