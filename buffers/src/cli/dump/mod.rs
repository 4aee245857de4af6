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

use anyhow::{Context, Result, bail};

use super::input::Input;
use super::message::Usage;
use super::{stdout, sys};
use options::Style;
pub use options::{Options, expand_words};
use rows::Rows;

pub fn dump(options: &Options) -> Result<()> {
    options.check()?;
    let mut input = Input::open(options.file.as_deref())?;
    let mut out = open_output(options, &input)?;
    if options.revert {
        return reverse::reverse(options, &mut input, &mut out);
    }
    let address = options.seek.map_or(Ok(0), |seek| input.skip(seek))?;
    // Less than nothing is no limit.
    if let Some(Ok(len)) = options.len.map(u64::try_from) {
        input.left = len;
    }
    match options.style() {
        Style::Include => include::include(options, &mut input, &mut out),
        Style::Plain => plain::plain(options, &mut input, &mut out),
        _ => {
            // It may go round.
            let address = address.wrapping_add(options.offset.unwrap_or_default() as u64);
            lines(&mut Rows::new(options, address), &mut input, &mut out)
        }
    }
}

/// Opens what is written to. A dump replaces the file, `-r` patches it.
fn open_output(options: &Options, input: &Input) -> Result<File> {
    let outfile = options.outfile.as_deref();
    let Some(path) = outfile.filter(|path| *path != Path::new("-")) else {
        return stdout();
    };
    let name = path.display();
    if sys::is_same_file(&input.file, path) {
        let text = format!("{name}: is read, and cannot be written to as well");
        bail!(Usage(text));
    }
    let mut open = OpenOptions::new();
    let open = open.write(true).create(true).truncate(!options.revert);
    open.open(path).with_context(|| name.to_string())
}

/// Bytes whose lines are written at once: with some options they are forty times as long.
const BLOCK_BYTES: usize = 16 * 1024;

/// Writes all lines. An incomplete line is kept until its end has been read.
fn lines(rows: &mut Rows, input: &mut Input, out: &mut File) -> Result<()> {
    let (cols, mut text, mut carry) = (rows.line.cols, Vec::new(), 0);
    loop {
        let chunk = input.next_after(carry)?;
        let is_end = chunk.len() == carry;
        carry = chunk.len() % cols;
        let (whole, rest) = chunk.split_at(chunk.len() - carry);
        for block in whole.chunks(BLOCK_BYTES / cols * cols) {
            for bytes in block.chunks_exact(cols) {
                rows.push(&mut text, bytes);
            }
            out.write_all(&text).context("cannot write")?;
            text.clear();
        }
        if is_end {
            rows.finish(&mut text, rest);
            return out.write_all(&text).context("cannot write");
        }
    }
}
