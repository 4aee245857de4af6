//! `buffers convert --from ENC --to ENC`: a stream of any length through [`Converter`].

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use buffers::{Converter, Encoding};

use super::input::{Input, stdout};
use super::message::Usage;

#[derive(clap::Args)]
pub struct Args {
    /// The file; `-` or none is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// utf8, utf16le, latin1, ascii, hex, base64, base64url, or another of Node's names
    #[arg(long, value_name = "ENC")]
    from: Encoding,
    /// The same; latin1 takes any bytes as they are
    #[arg(long, value_name = "ENC")]
    to: Encoding,
    /// Take everything, as Node does: skip, stop, or put U+FFFD or `?`
    #[arg(long)]
    lenient: bool,
    /// Begin a new line after so many digits or letters; 0 for never
    #[arg(short, long, value_name = "COLS", default_value_t = 0)]
    wrap: usize,
}

pub fn convert(args: &Args) -> Result<()> {
    let is_digits = matches!(
        args.to,
        Encoding::Hex | Encoding::Base64 | Encoding::Base64Url
    );
    if args.wrap > 0 && !is_digits {
        bail!(Usage(
            "-w is for hex, base64 and base64url: other texts have lines of their own"
        ));
    }
    let mut input = Input::open(args.file.as_deref())?;
    let mut converter = if args.lenient {
        Converter::lenient(args.from, args.to)
    } else {
        Converter::new(args.from, args.to)
    };
    let mut out = Lines {
        out: stdout()?,
        wrap: args.wrap,
        column: 0,
    };
    let mut converted = Vec::new();
    let name = input.name().to_owned();
    loop {
        let chunk = input.next()?;
        let ended = chunk.is_empty();
        let outcome = if ended {
            converter.finish(&mut converted)
        } else {
            converter.push(chunk, &mut converted)
        };
        // What is good goes out before the error is told.
        out.write(&converted)?;
        converted.clear();
        outcome.with_context(|| name.clone())?;
        if ended {
            return out.finish();
        }
    }
}

/// Output in lines, if that is wanted.
struct Lines {
    out: File,
    wrap: usize,
    column: usize,
}

impl Lines {
    fn write(&mut self, mut text: &[u8]) -> Result<()> {
        if self.wrap == 0 {
            return self.out.write_all(text).context("cannot write");
        }
        let mut lines = Vec::with_capacity(text.len() + text.len() / self.wrap + 1);
        while !text.is_empty() {
            let (line, rest) = text.split_at(text.len().min(self.wrap - self.column));
            lines.extend_from_slice(line);
            self.column += line.len();
            text = rest;
            if self.column == self.wrap {
                lines.push(b'\n');
                self.column = 0;
            }
        }
        self.out.write_all(&lines).context("cannot write")
    }

    fn finish(&mut self) -> Result<()> {
        let end: &[u8] = if self.column > 0 { b"\n" } else { b"" };
        self.out.write_all(end).context("cannot write")
    }
}
