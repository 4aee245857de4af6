//! Console blocks in the READMEs, which are cases too: documentation that cannot lie.
//!
//! A block opens with three backquotes and `console`, and holds lines `$ COMMAND`, each followed by all that it prints:
//! stdout, then stderr. A shell runs them, with the tools of this workspace by their names; `cargo run -p CRATE --` is
//! such a name too. The commands of one block share one fresh directory.

use std::ops::Range;
use std::path::PathBuf;

use fs_err as fs;

use crate::cases::{CaseError, Crate, Workspace, regex};

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

/// Returns the commands of a block: the line as printed, and what a shell is given.
pub fn commands(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let command = line.strip_prefix("$ ")?;
        Some(match command.strip_prefix("cargo run -p ") {
            Some(rest) => (line, rest.replacen(" -- ", " ", 1)),
            None => (line, command.to_owned()),
        })
    })
}

/// Reads the blocks of all READMEs; adds to `errors` those that would not be checked, or not wholly.
pub fn read_all(workspace: &Workspace, errors: &mut Vec<CaseError>) -> Vec<Block> {
    let fences = regex(r"(?ms)^```console\n(.*?)^```$");
    let any = regex(r"(?m)^\s*```\s*console");
    let of_crates = workspace.crates.iter();
    let of_crates = of_crates.map(|one| (&one.dir, format!("{}/README.md", one.name)));
    let mut blocks = Vec::new();
    for (folder, name) in of_crates.chain([(&workspace.root, "README.md".to_owned())]) {
        let file = folder.join("README.md");
        let whole = fs::read_to_string(&file).unwrap_or_default();
        let [exact, meant] = [&fences, &any].map(|fence| fence.find_iter(&whole).count());
        let text = "say it as \"```console\" alone and are closed";
        if exact != meant {
            let text = format!("{meant} fences say console, and {exact} {text}");
            let id = name.clone();
            errors.push(CaseError { id, text });
        }
        let inner = fences.captures_iter(&whole);
        for found in inner.filter_map(|found| found.get(1)) {
            let id = format!("{name}:{}", whole[..found.start()].lines().count());
            let crates = match called(workspace, found.as_str()) {
                Ok(crates) => crates,
                Err(text) => {
                    errors.push(CaseError { id, text });
                    continue;
                }
            };
            blocks.push(Block {
                id,
                file: file.clone(),
                range: found.range(),
                text: found.as_str().to_owned(),
                fixtures: crates[0].dir.join("golden/fixtures"),
                crates: crates.iter().map(|one| one.name.clone()).collect(),
            });
        }
    }
    blocks
}

/// Returns the crates that a block calls, one for each command.
fn called<'a>(workspace: &'a Workspace, text: &str) -> Result<Vec<&'a Crate>, String> {
    if !text.starts_with("$ ") {
        return Err("it starts with no `$ command`".to_owned());
    }
    let called = commands(text).map(|(line, command)| {
        let mut words = command.split_whitespace();
        let called = words.find_map(|word| workspace.find_crate(word));
        let text = "calls no crate; what is not checked goes into a `sh` block";
        called.ok_or_else(|| format!("`{line}` {text}"))
    });
    called.collect()
}
