//! `buffers inspect`: bytes as `console.log` shows them, and what they may be.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use buffers::{Converter, Encoding, Inspect};

use super::input::Input;
use super::number::parse_size;
use super::stdout;

#[derive(clap::Args)]
pub struct Args {
    /// The file; `-` or none is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show at most SIZE bytes
    #[arg(short = 'n', long, value_name = "SIZE", value_parser = parse_size, default_value = "50")]
    max: u64,
    /// All of them, as JSON.stringify has it
    #[arg(long)]
    json: bool,
}

pub fn inspect(args: &Args) -> Result<()> {
    let mut input = Input::open(args.file.as_deref())?;
    let mut out = BufWriter::new(stdout()?);
    if args.json {
        json(&mut input, &mut out)?;
    } else {
        summary(&mut input, &mut out, args.max)?;
    }
    out.flush().context("cannot write")
}

/// Prints the first bytes, how many there are, and what they may be. Reads all, keeps only the first ones.
fn summary(input: &mut Input, out: &mut impl Write, max: u64) -> Result<()> {
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let (mut first, mut count, mut is_ascii) = (Vec::new(), 0_u64, true);
    let mut utf8 = Some(Converter::new(Encoding::Utf8, Encoding::Utf8));
    let mut text = Vec::new();
    while let Some(chunk) = input.next()? {
        first.extend_from_slice(&chunk[..chunk.len().min(max - first.len())]);
        count += chunk.len() as u64;
        is_ascii &= buffers::is_ascii(chunk);
        text.clear();
        utf8 = utf8.and_then(|mut utf8| utf8.push(chunk, &mut text).ok().map(|()| utf8));
    }
    let kind = match utf8.is_some_and(|mut utf8| utf8.finish(&mut text).is_ok()) {
        _ if is_ascii => "ascii",
        true => "utf8",
        false => "binary",
    };
    let bytes = |count| if count == 1 { "byte" } else { "bytes" };
    let mut shown = Inspect::of(&first).at_most(max).to_string();
    let more = count - first.len() as u64;
    if more > 0 {
        shown.truncate(shown.len() - 1);
        shown += &format!(" ... {more} more {}>", bytes(more));
    }
    writeln!(out, "{shown}\n{count} {}, {kind}", bytes(count)).context("cannot write")
}

fn json(input: &mut Input, out: &mut impl Write) -> Result<()> {
    write!(out, r#"{{"type":"Buffer","data":["#).context("cannot write")?;
    let mut gap = "";
    while let Some(chunk) = input.next()? {
        for byte in chunk {
            write!(out, "{gap}{byte}").context("cannot write")?;
            gap = ",";
        }
    }
    writeln!(out, "]}}").context("cannot write")
}
