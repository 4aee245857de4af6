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
    /// Begin a new line after COLS characters; 0 is never
    #[arg(short, long, value_name = "COLS", default_value = "0", value_parser = parse_size)]
    wrap: u64,
}

pub fn convert(args: &Args) -> Result<()> {
    if args.wrap > 0 && matches!(args.to, Utf8 | Utf16le | Latin1 | Ascii) {
        bail!(Usage(
            "-w is for hex, base64 and base64url: other texts have lines of their own".to_owned()
        ));
    }
    let mut input = Input::open(args.file.as_deref())?;
    let converter = match args.lenient {
        true => Converter::lenient(args.from, args.to),
        false => Converter::new(args.from, args.to),
    };
    let mut out = stdout()?;
    let wrap = usize::try_from(args.wrap).unwrap_or(usize::MAX);
    let mut out = Wrapped::new(&mut out, wrap);
    // Lenient hex ends at the first character that is not a digit; white space after that is no loss.
    let (mut offset, mut is_digits, mut ignored_from) = (0_u64, true, None);
    let look = |source: &mut [u8]| {
        let is_hex = args.lenient && args.from == Encoding::Hex && ignored_from.is_none();
        for byte in source.iter().filter(|_| is_hex) {
            is_digits &= byte.is_ascii_hexdigit();
            if !is_digits && !byte.is_ascii_whitespace() && ignored_from.is_none() {
                ignored_from = Some(offset);
            }
            offset += 1;
        }
    };
    convert_all(&mut input, converter, look, |text| out.write(text))?;
    if let Some(offset) = ignored_from {
        let text = "left out from here on, as in Node; without --lenient, newlines are skipped";
        warn(&format!("{}: hex at offset {offset}: {text}", input.name));
    }
    out.finish()
}

/// Converts all of `input`. `prepare` gets each chunk, `emit` its conversion, also of the chunk that has an error.
pub fn convert_all(
    input: &mut Input,
    mut converter: Converter,
    mut prepare: impl FnMut(&mut [u8]),
    mut emit: impl FnMut(&mut [u8]) -> Result<()>,
) -> Result<()> {
    let name = input.name.clone();
    let mut converted = Vec::new();
    loop {
        let chunk = input.next_after(0)?;
        prepare(chunk);
        let outcome = match chunk {
            [] => converter.finish(&mut converted),
            _ => converter.push(chunk, &mut converted),
        };
        emit(&mut converted)?;
        outcome.with_context(|| name.clone())?;
        if chunk.is_empty() {
            return Ok(());
        }
        converted.clear();
    }
}
