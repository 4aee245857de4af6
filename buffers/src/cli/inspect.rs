//! `buffers inspect`: bytes as `console.log` shows them, and what they may be.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use buffers::{Converter, Encoding};

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
    match args.json {
        true => json(&mut input, &mut out)?,
        false => summary(&mut input, &mut out, args.max)?,
    }
    out.flush().context("cannot write")
}

/// Prints the first bytes, how many there are, and what they may be. Reads all, keeps none.
fn summary(input: &mut Input, out: &mut impl Write, max: u64) -> Result<()> {
    let (mut count, mut is_ascii) = (0, true);
    let mut utf8 = Some(Converter::new(Encoding::Utf8, Encoding::Utf8));
    let mut text = Vec::new();
    write!(out, "<Buffer ").context("cannot write")?;
    while let Some(chunk) = input.next()? {
        for (index, byte) in (count..max).zip(chunk) {
            let gap = if index > 0 { " " } else { "" };
            write!(out, "{gap}{byte:02x}").context("cannot write")?;
        }
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
    let more = match count.saturating_sub(max) {
        0 => String::new(),
        more => format!(" ... {more} more {}", bytes(more)),
    };
    writeln!(out, "{more}>\n{count} {}, {kind}", bytes(count)).context("cannot write")
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
