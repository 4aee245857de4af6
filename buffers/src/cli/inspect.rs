//! `buffers inspect`: bytes as `console.log` shows them, and what they may be.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use buffers::Inspect;

use super::input::{Input, stdout};
use super::size::parse;

#[derive(clap::Args)]
pub struct Args {
    /// The file; `-` or none is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show at most so many bytes
    #[arg(short = 'n', long, value_name = "SIZE", value_parser = parse, default_value = "50")]
    max: u64,
    /// All of them, as JSON.stringify has it
    #[arg(long)]
    json: bool,
}

pub fn inspect(args: &Args) -> Result<()> {
    let bytes = Input::open(args.file.as_deref())?.all()?;
    let shown = Inspect::of(&bytes).at_most(usize::try_from(args.max).unwrap_or(usize::MAX));
    let text = if buffers::is_ascii(&bytes) {
        "ascii"
    } else if buffers::is_utf8(&bytes) {
        "utf8"
    } else {
        "binary"
    };
    let report = if args.json {
        shown.json()
    } else {
        format!("{shown}\n{} bytes, {text}", bytes.len())
    };
    writeln!(stdout()?, "{report}").context("cannot write")
}
