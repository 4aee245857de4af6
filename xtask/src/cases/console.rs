//! Console blocks in the READMEs, which are cases too: documentation that cannot lie.
//!
//! A block opens with three backquotes and `console`, and holds lines `$ COMMAND`, each followed by all that it prints:
//! stdout, then stderr. A shell runs them, with the tools of this workspace by their names; `cargo run -p CRATE --` is
//! such a name too. The commands of one block share one fresh directory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use regex_lite::Regex;

use crate::cases::Workspace;
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
    /// Returns its commands: the line as printed, and what a shell is given.
    pub fn commands(&self) -> impl Iterator<Item = (&str, String)> {
        let lines = self.text.lines();
        let commands = lines.filter_map(|line| Some((line, line.strip_prefix("$ ")?)));
        commands.map(
            |(line, command)| match command.strip_prefix("cargo run -p ") {
                Some(rest) => (line, rest.replacen(" -- ", " ", 1)),
                None => (line, command.to_owned()),
            },
        )
    }

    /// Finds the crates that it calls, one on each line.
    fn resolve(&mut self, workspace: &Workspace) -> Result<()> {
        let id = &self.id;
        let starts = self.text.starts_with("$ ");
        let why = format!("{id}: it starts with no `$ command`");
        ensure!(starts, ExitError::usage(why));
        let mut crates = Vec::new();
        for (line, command) in self.commands() {
            let mut words = command.split_whitespace();
            let Some(one) = words.find_map(|word| workspace.find_crate(word)) else {
                let text = "calls no crate; what is not checked goes into a `sh` block";
                bail!(ExitError::usage(format!("{id}: `{line}` {text}")));
            };
            crates.push(one);
        }
        self.fixtures = crates[0].dir.join("golden/fixtures");
        self.crates = crates.iter().map(|one| one.name.clone()).collect();
        Ok(())
    }
}

/// Reads the blocks of all READMEs.
pub fn read_all(workspace: &Workspace) -> Result<Vec<Block>> {
    let mut blocks = read(&workspace.root, "README.md")?;
    for one in &workspace.crates {
        blocks.extend(read(&one.dir, &format!("{}/README.md", one.name))?);
    }
    for block in &mut blocks {
        block.resolve(workspace)?;
    }
    Ok(blocks)
}

fn read(folder: &Path, name: &str) -> Result<Vec<Block>> {
    let file = folder.join("README.md");
    let whole = fs::read_to_string(&file).unwrap_or_default();
    let fences = Regex::new(r"(?ms)^```console\n(.*?)^```$").expect("a valid pattern");
    let any = Regex::new(r"(?m)^\s*```\s*console").expect("a valid pattern");
    let mut blocks = Vec::new();
    let found = fences.captures_iter(&whole);
    for found in found.filter_map(|found| found.get(1)) {
        blocks.push(Block {
            id: format!("{name}:{}", whole[..found.start()].lines().count()),
            file: file.clone(),
            range: found.range(),
            text: found.as_str().to_owned(),
            crates: Vec::new(),
            fixtures: PathBuf::new(),
        });
    }
    let (exact, meant) = (blocks.len(), any.find_iter(&whole).count());
    if exact != meant {
        let text = "say it as \"```console\" alone and are closed";
        bail!(ExitError::usage(format!(
            "{name}: {meant} fences say console, and {exact} {text}"
        )));
    }
    Ok(blocks)
}
