//! `buffers dump -i`: bytes as a C array, named after the file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::dump::Args;
use super::input::Input;

/// Writes all of `input` as C.
pub fn include(args: &Args, input: &mut Input, out: &mut File) -> Result<()> {
    let mut out = BufWriter::new(out);
    let name = args
        .file
        .as_deref()
        .filter(|path| *path != Path::new("-"))
        .map(variable);
    let cols = args.cols.unwrap_or(12);
    if let Some(name) = &name {
        writeln!(out, "unsigned char {name}[] = {{").context("cannot write")?;
    }
    let mut count = 0;
    loop {
        let chunk = input.next()?;
        if chunk.is_empty() {
            break;
        }
        for byte in chunk {
            let before = match (count, count % cols) {
                (0, _) => "  ",
                (_, 0) => ",\n  ",
                _ => ", ",
            };
            let written = if args.upper {
                write!(out, "{before}0X{byte:02X}")
            } else {
                write!(out, "{before}0x{byte:02x}")
            };
            written.context("cannot write")?;
            count += 1;
        }
    }
    let end = if count > 0 { "\n" } else { "" };
    match &name {
        Some(name) => write!(out, "{end}}};\nunsigned int {name}_len = {count};\n"),
        None => write!(out, "{end}"),
    }
    .and_then(|()| out.flush())
    .context("cannot write")
}

/// The file's path as C could name it.
fn variable(path: &Path) -> String {
    let name: String = path
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|&byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte)
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("__{name}")
    } else {
        name
    }
}
