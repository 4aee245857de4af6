//! `buffers dump -p`: digits only, in lines.

use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result};
use buffers::{Converter, Encoding};

use super::Options;
use crate::cli::convert::convert_all;
use crate::cli::input::Input;
use crate::cli::wrap::Wrapped;

/// Writes the digits of all bytes.
pub fn plain(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    let mut wrapped = Wrapped::new(out, options.cols().saturating_mul(2));
    let converter = Converter::new(Encoding::Latin1, Encoding::Hex);
    let write = |digits: &mut [u8]| {
        if options.upper {
            digits.make_ascii_uppercase();
        }
        wrapped.write(digits)
    };
    convert_all(input, converter, |_| {}, write)?;
    if options.cols() == 0 {
        return wrapped.out.write_all(b"\n").context("cannot write");
    }
    wrapped.finish()
}
