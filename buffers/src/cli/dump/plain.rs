//! `buffers dump -p`: digits only, in lines.

use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result};
use buffers::Encoding;

use super::Options;
use crate::cli::input::Input;
use crate::cli::wrap::Wrapped;

/// Writes the digits of all bytes.
pub fn plain(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    let mut text = String::new();
    let mut wrapped = Wrapped::new(out, options.cols().saturating_mul(2));
    while let Some(chunk) = input.next()? {
        text.clear();
        Encoding::Hex
            .text_into(chunk, &mut text)
            .expect("any byte has two digits");
        if options.upper {
            text.make_ascii_uppercase();
        }
        wrapped.write(text.as_bytes())?;
    }
    if options.cols() == 0 {
        return wrapped.out.write_all(b"\n").context("cannot write");
    }
    wrapped.finish()
}
