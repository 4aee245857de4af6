//! `buffers dump`: what `xxd` prints, byte for byte.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::builder::RangedU64ValueParser;

use super::color::Color;
use super::input::{CHUNK_BYTES, Input, stdout};
use super::line::Line;
use super::size::{Seek, parse, parse_seek};
use super::{include, reverse};

#[derive(clap::Args)]
pub struct Args {
    /// The file; `-` or none is stdin
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Begin so many bytes from the start, or with a minus before the end (64, 0x40, 1M)
    #[arg(short, long, value_name = "SIZE", value_parser = parse_seek, allow_hyphen_values = true)]
    seek: Option<Seek>,
    /// Show at most so many bytes
    #[arg(short = 'n', visible_short_alias = 'l', long = "length", value_name = "SIZE", value_parser = parse)]
    length: Option<u64>,
    /// Bytes in a line [default: 16; 30 with -p, 12 with -i]
    #[arg(short, long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    pub cols: Option<usize>,
    /// Bytes in a group; 0 for no groups [default: 2]
    #[arg(short, long, value_name = "N")]
    group: Option<usize>,
    /// Digits above 9 in upper case
    #[arg(short, long)]
    pub upper: bool,
    /// Digits only
    #[arg(short, long, conflicts_with_all = ["include", "group"])]
    plain: bool,
    /// As a C array
    #[arg(short, long, conflicts_with_all = ["reverse", "group"])]
    include: bool,
    /// From a dump back to bytes
    #[arg(short, long, conflicts_with_all = ["seek", "length"])]
    reverse: bool,
    /// Whether bytes are coloured by what they are
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

pub fn dump(args: &Args) -> Result<()> {
    let mut input = Input::open(args.file.as_deref())?;
    let start = args.seek.map_or(Ok(0), |seek| input.skip(seek))?;
    if let Some(length) = args.length {
        input.limit(length);
    }
    let mut out = stdout()?;
    if args.reverse {
        return reverse::reverse(&mut input, &mut out, args.plain);
    }
    if args.include {
        return include::include(args, &mut input, &mut out);
    }
    let cols = args.cols.unwrap_or(if args.plain { 30 } else { 16 });
    let group = args
        .group
        .map_or(2, |group| if group == 0 { cols } else { group.min(cols) });
    let line = Line::new(cols, group, args.upper, args.plain, args.color.palette());
    lines(&mut input, &mut out, &line, start)
}

/// Writes all lines, those of a chunk at once. A line whose end has not been read yet waits.
fn lines(input: &mut Input, out: &mut File, line: &Line, mut address: u64) -> Result<()> {
    let mut text = Vec::with_capacity(CHUNK_BYTES * 5);
    let mut started: Vec<u8> = Vec::new();
    loop {
        let mut chunk = input.next()?;
        if chunk.is_empty() {
            break;
        }
        if !started.is_empty() {
            let (first, rest) = chunk.split_at(chunk.len().min(line.cols() - started.len()));
            started.extend_from_slice(first);
            chunk = rest;
            if started.len() == line.cols() {
                line.push(&mut text, address, &started);
                address += line.cols() as u64;
                started.clear();
            }
        }
        let mut whole = chunk.chunks_exact(line.cols());
        for bytes in &mut whole {
            line.push(&mut text, address, bytes);
            address += line.cols() as u64;
        }
        started.extend_from_slice(whole.remainder());
        out.write_all(&text).context("cannot write")?;
        text.clear();
    }
    if !started.is_empty() {
        line.push(&mut text, address, &started);
    }
    out.write_all(&text).context("cannot write")
}
