//! `buffers dump -i`: bytes as a C array, named after the file.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

use super::Options;
use crate::cli::input::Input;

/// Writes all of `input` as C.
pub fn include(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    let file = options.file.as_deref().map(Path::as_os_str);
    let name = options.name.as_deref().or(file.filter(|name| *name != "-"));
    let name = name.map(|name| variable(name.as_encoded_bytes(), options.capitalize));
    let begin = |name: &String| format!("unsigned char {name}[] = {{\n");
    let mut text = name.as_ref().map(begin).unwrap_or_default();
    let mut count = 0;
    while let Some(chunk) = input.next()? {
        for byte in chunk {
            text += match (count, count % options.cols() as u64) {
                (0, _) => "  ",
                (_, 0) => ",\n  ",
                _ => ", ",
            };
            // Writing into a String does not fail.
            let _ = match options.upper {
                true => write!(text, "0X{byte:02X}"),
                false => write!(text, "0x{byte:02x}"),
            };
            count += 1;
        }
        out.write_all(text.as_bytes()).context("cannot write")?;
        text.clear();
    }
    if count > 0 {
        text.push('\n');
    }
    if let Some(name) = &name {
        let len = if options.capitalize { "LEN" } else { "len" };
        text += &format!("}};\nunsigned int {name}_{len} = {count};\n");
    }
    out.write_all(text.as_bytes()).context("cannot write")
}

/// Returns a name as C could write it.
fn variable(name: &[u8], capitalize: bool) -> String {
    let char = |&byte: &u8| match byte {
        byte if !byte.is_ascii_alphanumeric() => '_',
        byte if capitalize => byte.to_ascii_uppercase().into(),
        byte => byte.into(),
    };
    let starts_with_digit = name.first().is_some_and(u8::is_ascii_digit);
    let prefix = if starts_with_digit { "__" } else { "" };
    prefix.chars().chain(name.iter().map(char)).collect()
}
