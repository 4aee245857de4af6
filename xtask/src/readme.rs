//! Console blocks in the READMEs, which are cases too: documentation that cannot lie.
//!
//! A block opens with three backquotes and `console`, and holds lines `$ cargo run -p CRATE -- ...` or `$ CRATE ...`,
//! each followed by all that it prints: stdout, then stderr. The commands of one block share one fresh directory.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::stop::Stop;
use crate::workspace::Workspace;

/// One console block.
pub struct Block {
    /// `CRATE/README.md:LINE`, or `README.md:LINE` for the one at the root.
    pub id: String,
    pub file: PathBuf,
    /// Where the text between the fences stands in the file.
    pub place: Range<usize>,
    pub text: String,
    pub commands: Vec<Call>,
}

/// One `$` line.
pub struct Call {
    pub line: String,
    pub krate: String,
    pub args: Vec<String>,
}

impl Block {
    /// The fixtures of the crate that the block calls first.
    pub fn fixtures(&self, workspace: &Workspace) -> Result<PathBuf> {
        let krate = &self
            .commands
            .first()
            .context("a block without a command")?
            .krate;
        Ok(workspace
            .find_crate(krate)
            .with_context(|| format!("there is no crate {krate}"))?
            .golden()
            .join("fixtures"))
    }
}

/// The blocks of all READMEs, or of none of the files that do not exist.
pub fn read_all(workspace: &Workspace) -> Result<Vec<Block>> {
    let mut blocks = read(workspace, &workspace.root.join("README.md"), "README.md")?;
    for one in &workspace.crates {
        blocks.extend(read(
            workspace,
            &one.dir.join("README.md"),
            &format!("{}/README.md", one.name),
        )?);
    }
    Ok(blocks)
}

fn read(workspace: &Workspace, file: &Path, name: &str) -> Result<Vec<Block>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut blocks = Vec::new();
    let mut open = None;
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let fence = line.trim_end();
        match open {
            None if fence == "```console" => open = Some((index + 1, offset + line.len())),
            Some((number, start)) if fence == "```" => {
                let place = start..offset;
                let text = text[place.clone()].to_owned();
                let id = format!("{name}:{number}");
                let commands = calls(workspace, &text)
                    .map_err(|error| Stop::Usage(format!("{id}: {error:#}")))?;
                blocks.push(Block {
                    id,
                    file: file.to_owned(),
                    place,
                    text,
                    commands,
                });
                open = None;
            }
            _ => {}
        }
        offset += line.len();
    }
    Ok(blocks)
}

fn calls(workspace: &Workspace, text: &str) -> Result<Vec<Call>> {
    ensure!(
        text.starts_with("$ "),
        "a console block starts with `$ command`"
    );
    text.lines()
        .filter_map(|line| Some((line, line.strip_prefix("$ ")?)))
        .map(|(line, command)| {
            let words = split(command).with_context(|| command.to_owned())?;
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let (krate, args) = match words.as_slice() {
                ["cargo", "run", "-p", krate, "--", args @ ..] => (*krate, args),
                ["cargo", "run", "-p", krate, args @ ..] | [krate, args @ ..] => (*krate, args),
                [] => bail!("`$` without a command"),
            };
            ensure!(
                workspace.find_crate(krate).is_some(),
                "`{krate}` is none of our crates; what cannot be checked goes into a `sh` block"
            );
            Ok(Call {
                line: line.to_owned(),
                krate: krate.to_owned(),
                args: args.iter().map(|&arg| arg.to_owned()).collect(),
            })
        })
        .collect()
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
                bail!("`{letter}` needs a shell; shell lines go into a `sh` block");
            }
            _ => word.get_or_insert_default().push(letter),
        }
    }
    ensure!(quote.is_none(), "a quote is not closed");
    words.extend(word);
    Ok(words)
}
