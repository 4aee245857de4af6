//! Console blocks in the READMEs, which are cases too: documentation that cannot lie.
//!
//! A block opens with three backquotes and `console`, and holds lines `$ cargo run -p CRATE -- ...` or `$ CRATE ...`,
//! each followed by all that it prints: stdout, then stderr. The commands of one block share one fresh directory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use regex_lite::Regex;

use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;

/// One console block.
pub struct Block {
    /// `CRATE/README.md:LINE`, or `README.md:LINE` for the one at the root.
    pub id: String,
    pub file: PathBuf,
    /// Where the text between the fences stands in the file.
    pub place: Range<usize>,
    pub text: String,
    pub commands: Vec<Call>,
    /// Those of the crate that is called first.
    pub fixtures: PathBuf,
}

/// One `$` line.
pub struct Call {
    pub line: String,
    pub krate: String,
    pub args: Vec<String>,
}

/// The blocks of all READMEs that there are.
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
        return Err(ExitError::usage(format!("{name}: {meant} fences say console, and {exact} say it as \"```console\" alone and are closed")).into());
    }
    let found = fences
        .captures_iter(&whole)
        .filter_map(|found| found.get(1));
    let block = |found: regex_lite::Match| {
        let id = format!("{name}:{}", whole[..found.start()].lines().count());
        let text = found.as_str().to_owned();
        let called = text.lines().filter(|line| line.starts_with("$ "));
        let called = called
            .map(|line| Call::read(workspace, line))
            .collect::<Result<Vec<_>>>();
        let commands = called.map_err(|error| ExitError::usage(format!("{id}: {error:#}")))?;
        let first = commands
            .first()
            .and_then(|call| workspace.find_crate(&call.krate));
        let first = first.filter(|_| text.starts_with("$ "));
        let first = first
            .ok_or_else(|| ExitError::usage(format!("{id}: it starts with no `$ command`")))?;
        let fixtures = first.dir.join("golden/fixtures");
        Ok(Block {
            id,
            file: file.clone(),
            place: found.range(),
            text,
            commands,
            fixtures,
        })
    };
    found.map(block).collect()
}

impl Call {
    fn read(workspace: &Workspace, line: &str) -> Result<Self> {
        let words = split(line.trim_start_matches("$ ")).with_context(|| line.to_owned())?;
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let (krate, args) = match words.as_slice() {
            ["cargo", "run", "-p", krate, "--", args @ ..] => (*krate, args),
            ["cargo", "run", "-p", krate, args @ ..] | [krate, args @ ..] => (*krate, args),
            [] => bail!("`$` without a command"),
        };
        let is_ours = workspace.find_crate(krate).is_some();
        ensure!(
            is_ours,
            "`{krate}` is no crate here; what is not checked goes into a `sh` block"
        );
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Ok(Self {
            line: line.to_owned(),
            krate: krate.to_owned(),
            args,
        })
    }
}

/// Words as a shell splits them, quotes included; whatever else only a shell can do is refused.
fn split(command: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '|' | '<' | '>' | '&' | ';' | '*' | '?')
            | (None | Some('"'), '$' | '`' | '\\') => {
                bail!("`{letter}` needs a shell; such lines go into a `sh` block");
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    ensure!(quote.is_none(), "a quote is not closed");
    words.extend(word);
    Ok(words)
}
