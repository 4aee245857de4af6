//! `buffers dump -i`: bytes as a C array, named after the file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::Options;
use crate::cli::input::Input;

/// Writes all of `input` as C.
pub fn include(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    let mut out = BufWriter::new(out);
    let file = options
        .file
        .as_deref()
        .filter(|path| *path != Path::new("-"));
    let name = match (&options.name, file) {
        (Some(name), _) => Some(variable(name.as_encoded_bytes(), options.capitalize)),
        (None, Some(file)) => Some(variable(
            file.as_os_str().as_encoded_bytes(),
            options.capitalize,
        )),
        (None, None) => None,
    };
    if let Some(name) = &name {
        writeln!(out, "unsigned char {name}[] = {{").context("cannot write")?;
    }
    let mut count = 0_u64;
    loop {
        let chunk = input.next()?;
        if chunk.is_empty() {
            break;
        }
        for byte in chunk {
            let before = match (count, count % options.cols() as u64) {
                (0, _) => "  ",
                (_, 0) => ",\n  ",
                _ => ", ",
            };
            let written = if options.upper {
                write!(out, "{before}0X{byte:02X}")
            } else {
                write!(out, "{before}0x{byte:02x}")
            };
            written.context("cannot write")?;
            count += 1;
        }
    }
    let end = if count > 0 { "\n" } else { "" };
    let len = if options.capitalize { "LEN" } else { "len" };
    match &name {
        Some(name) => write!(out, "{end}}};\nunsigned int {name}_{len} = {count};\n"),
        None => write!(out, "{end}"),
    }
    .and_then(|()| out.flush())
    .context("cannot write")
}

/// Returns a name as C could write it.
fn variable(name: &[u8], capitalize: bool) -> String {
    let char = |&byte: &u8| match byte {
        byte if !byte.is_ascii_alphanumeric() => '_',
        byte if capitalize => byte.to_ascii_uppercase().into(),
        byte => byte.into(),
    };
    let prefix = if name.first().is_some_and(u8::is_ascii_digit) {
        "__"
    } else {
        ""
    };
    prefix.chars().chain(name.iter().map(char)).collect()
}
