//! `buffers dump`: what `xxd` prints, byte for byte.

mod color;
mod include;
mod line;
mod options;
mod plain;
mod reverse;
mod rows;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::input::{CHUNK_BYTES, Input};
use super::stdout;
use options::Style;
pub use options::{Options, with_two_dashes};
use rows::Rows;

pub fn dump(options: &Options) -> Result<()> {
    options.check()?;
    let mut input = Input::open(options.file.as_deref())?;
    let mut out = open_output(options)?;
    if options.revert {
        return reverse::reverse(options, &mut input, &mut out);
    }
    let address = options.seek.map_or(Ok(0), |seek| input.skip(seek))?;
    // Less than nothing is no limit.
    if let Some(Ok(len)) = options.len.map(u64::try_from) {
        input.limit(len);
    }
    match options.style() {
        Style::Include => include::include(options, &mut input, &mut out),
        Style::Plain => plain::plain(options, &mut input, &mut out),
        _ => {
            let address = address.wrapping_add(options.offset());
            lines(&mut Rows::new(options, address), &mut input, &mut out)
        }
    }
}

/// Opens what is written to. A dump replaces the file, `-r` patches it.
fn open_output(options: &Options) -> Result<File> {
    let named = options
        .outfile
        .as_deref()
        .filter(|path| *path != Path::new("-"));
    let Some(path) = named else {
        return stdout();
    };
    let mut open = OpenOptions::new();
    let open = open.write(true).create(true).truncate(!options.revert);
    open.open(path).with_context(|| path.display().to_string())
}

/// Writes all lines, those of a chunk at once. A line whose end has not been read yet waits.
fn lines(rows: &mut Rows, input: &mut Input, out: &mut File) -> Result<()> {
    let cols = rows.line.cols;
    let mut text = Vec::with_capacity(CHUNK_BYTES * 5);
    let mut started: Vec<u8> = Vec::new();
    while let Some(mut chunk) = input.next()? {
        if !started.is_empty() {
            let (first, rest) = chunk.split_at(chunk.len().min(cols - started.len()));
            started.extend_from_slice(first);
            chunk = rest;
            if started.len() == cols {
                rows.push(&mut text, &started);
                started.clear();
            }
        }
        let mut whole = chunk.chunks_exact(cols);
        for bytes in &mut whole {
            rows.push(&mut text, bytes);
        }
        started.extend_from_slice(whole.remainder());
        out.write_all(&text).context("cannot write")?;
        text.clear();
    }
    if started.is_empty() {
        rows.finish(&mut text);
    } else {
        rows.push(&mut text, &started);
    }
    out.write_all(&text).context("cannot write")
}
