//! `buffers dump`: what `xxd` prints, byte for byte.

mod color;
mod include;
mod line;
mod options;
mod plain;
mod reverse;
mod rows;

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::input::{CHUNK_BYTES, Input};
use super::sys;
use options::{Options, Parsed, Style};
use rows::Rows;

/// The text of `--help`.
pub const HELP: &str = "\
Show bytes in hex and as text, as xxd does

Usage: buffers dump [OPTIONS] [FILE [OUTFILE]]
       buffers dump -r [-s [-]OFFSET] [-c COLS] [-p] [FILE [OUTFILE]]

No FILE, or -, is stdin; no OUTFILE, or -, is stdout. A number may be hex (0x40), octal (0100) or have a
unit (64K, 1M). -c8, -c 8, -cols 8 and --cols 8 are one; the last of several counts.

  -a          a single * for many lines of zeros (autoskip); twice is not at all
  -b          bits instead of hex
  -C          the variable of -i in upper case
  -c COLS     bytes in a line: 16; 6 with -b, 12 with -i, 30 with -p, where 0 is one long line
  -d          addresses in decimal
  -E          characters in EBCDIC
  -e          groups as little-endian words
  -g BYTES    bytes in a group: 2; 1 with -b, 4 with -e; 0 is no groups
  -i          a C array
  -l LEN      at most so many bytes
  -n NAME     the variable of -i
  -o OFFSET   added to each address
  -p, -ps     digits only
  -R WHEN     colours: auto, always, never
  -r          from a dump back to bytes; what is not a dump is an error
  -s OFFSET   with -r, added to each address of the dump
  -s [+][-]N  begin so many bytes from the start; + from where stdin stands, - before the end
  -u          digits above 9 in upper case
  -v          the version
";

pub fn dump(args: impl Iterator<Item = OsString>) -> Result<()> {
    let options = match options::parse_args(args)? {
        Parsed::Dump(options) => options,
        Parsed::Help => {
            return sys::stdout()?
                .write_all(HELP.as_bytes())
                .context("cannot write");
        }
        Parsed::Version => {
            // There, as xxd says its own.
            let version = concat!("buffers ", env!("CARGO_PKG_VERSION"), "\n");
            return std::io::stderr()
                .write_all(version.as_bytes())
                .context("cannot write");
        }
    };
    let mut input = Input::open(options.input.as_deref())?;
    let mut out = open_output(&options)?;
    if options.reverse {
        return reverse::reverse(&options, &mut input, &mut out);
    }
    let address = options.seek.map_or(Ok(0), |seek| input.skip(seek))?;
    if let Some(length) = options.length {
        input.limit(length);
    }
    match options.style {
        Style::Include => include::include(&options, &mut input, &mut out),
        Style::Plain => plain::plain(&options, &mut input, &mut out),
        _ => {
            let address = address.wrapping_add(options.offset);
            lines(&mut Rows::new(&options, address), &mut input, &mut out)
        }
    }
}

/// Opens what is written to. A dump replaces the file, `-r` patches it.
fn open_output(options: &Options) -> Result<File> {
    let named = options
        .output
        .as_deref()
        .filter(|path| *path != Path::new("-"));
    let Some(path) = named else {
        return sys::stdout().context("stdout");
    };
    let mut open = OpenOptions::new();
    let open = open.write(true).create(true).truncate(!options.reverse);
    open.open(path).with_context(|| path.display().to_string())
}

/// Writes all lines, those of a chunk at once. A line whose end has not been read yet waits.
fn lines(rows: &mut Rows, input: &mut Input, out: &mut File) -> Result<()> {
    let cols = rows.line.cols();
    let mut text = Vec::with_capacity(CHUNK_BYTES * 5);
    let mut started: Vec<u8> = Vec::new();
    loop {
        let mut chunk = input.next()?;
        if chunk.is_empty() {
            break;
        }
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
