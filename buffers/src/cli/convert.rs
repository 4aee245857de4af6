//! `buffers convert --from ENC --to ENC`: a stream of any length through [`Converter`].

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use buffers::Converter;
use buffers::Encoding::{self, Ascii, Latin1, Utf8, Utf16le};

use super::input::Input;
use super::message::{Usage, warn};
use super::number::parse_size;
use super::stdout;
use super::wrap::Wrapped;

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
    /// Take everything, as Node does: skip, put U+FFFD or `?`, and with hex, end at the first
    /// character that is not a digit, a newline too (there is a warning then)
    #[arg(long)]
    lenient: bool,
    /// Begin a new line after COLS digits or letters; 0 for never
    #[arg(short, long, value_name = "COLS", default_value = "0", value_parser = parse_size)]
    wrap: u64,
}

pub fn convert(args: &Args) -> Result<()> {
    let is_digits = !matches!(args.to, Utf8 | Utf16le | Latin1 | Ascii);
    if args.wrap > 0 && !is_digits {
        bail!(Usage(
            "-w is for hex, base64 and base64url: other texts have lines of their own"
        ));
    }
    let mut input = Input::open(args.file.as_deref())?;
    let mut converter = match args.lenient {
        true => Converter::lenient(args.from, args.to),
        false => Converter::new(args.from, args.to),
    };
    let mut out = stdout()?;
    let wrap = usize::try_from(args.wrap).unwrap_or(usize::MAX);
    let mut out = Wrapped::new(&mut out, wrap);
    let (mut converted, mut hex_end) = (Vec::new(), HexEnd::default());
    let name = input.name.clone();
    loop {
        let chunk = input.next()?;
        let (ended, chunk) = (chunk.is_none(), chunk.unwrap_or_default());
        let outcome = match ended {
            true => converter.finish(&mut converted),
            false => converter.push(chunk, &mut converted),
        };
        if args.lenient && args.from == Encoding::Hex {
            hex_end.look(chunk);
        }
        // What is good goes out before the error is told.
        out.write(&converted)?;
        converted.clear();
        outcome.with_context(|| name.clone())?;
        if ended {
            if let Some(offset) = hex_end.ignored_from {
                let text =
                    "left out from here on, as in Node; without --lenient, newlines may be there";
                warn(&format!("{name}: hex at offset {offset}: {text}"));
            }
            return out.finish();
        }
    }
}

/// Looks for what lenient hex leaves out: it ends at the first character that is not a digit.
#[derive(Default)]
struct HexEnd {
    offset: usize,
    ended: bool,
    /// Where the first byte is, other than white space.
    ignored_from: Option<usize>,
}

impl HexEnd {
    fn look(&mut self, chunk: &[u8]) {
        let is_past = |byte: &u8| self.ended || !byte.is_ascii_hexdigit();
        if let Some(end) = chunk.iter().position(is_past) {
            self.ended = true;
            let mut rest = chunk[end..].iter();
            let ignored = rest.position(|byte| !byte.is_ascii_whitespace());
            let ignored = ignored.map(|at| self.offset + end + at);
            self.ignored_from = self.ignored_from.or(ignored);
        }
        self.offset += chunk.len();
    }
}
