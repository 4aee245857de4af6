//! `buffers dump -r`: a dump back to the bytes that it shows.
//!
//! Of a line with an address, the digits up to two spaces in a row count, or as many as `-c` says; what is left out between two
//! addresses, as by the `*` of `-a`, becomes zeros. With `-p` there are digits and white space only. xxd passes over anything else, and what
//! comes after a digit that was lost is then wrong without a word; here the bytes before it are written, and it is named.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};

use anyhow::{Context, Result, bail, ensure};

use super::options::{Options, Style};
use crate::cli::input::{CHUNK_BYTES, Input, Seek};

/// No line of a dump is longer; a file without newlines must not fill the memory.
const LONGEST_LINE: u64 = 64 * 1024;

/// Writes the bytes that the dump in `input` shows.
pub fn reverse(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    input.rewind();
    let base = match options.seek {
        None => 0,
        Some(Seek::Start(bytes) | Seek::Here(bytes) | Seek::End(bytes)) => bytes.into(),
    };
    let mut writer = Writer {
        can_seek: out.metadata().is_ok_and(|out| out.is_file()),
        out: BufWriter::with_capacity(CHUNK_BYTES, out),
        base,
        place: 0,
    };
    let reversed = if options.style() == Style::Plain {
        plain(input, &mut writer)
    } else {
        lines(options.cols.map(|_| options.cols()), input, &mut writer)
    };
    // What is good is written before the error is told.
    writer.out.flush().context("cannot write")?;
    reversed
}

fn plain(input: &mut Input, writer: &mut Writer) -> Result<()> {
    let name = input.name.clone();
    let (mut half, mut bytes) = (None, Vec::new());
    let (mut offset, mut address) = (0, 0);
    while let Some(chunk) = input.next()? {
        bytes.clear();
        let read = digits(chunk, &mut half, &mut bytes);
        writer.write(address, &bytes)?;
        address += bytes.len() as u64;
        if let Err(at) = read {
            bail!("{name}: not a hex digit at offset {}", offset + at);
        }
        offset += chunk.len();
    }
    ensure!(half.is_none(), "{name}: half a byte at the end");
    Ok(())
}

fn lines(cols: Option<usize>, input: &Input, writer: &mut Writer) -> Result<()> {
    let name = &input.name;
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, &input.file);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let mut rest = reader.by_ref().take(LONGEST_LINE);
        let read = rest.read_until(b'\n', &mut line);
        if read.with_context(|| name.clone())? == 0 {
            break;
        }
        let is_whole = line.ends_with(b"\n") || rest.limit() > 0;
        ensure!(
            is_whole,
            "{name}: line {number}: too long for a line of a dump"
        );
        let written = addressed(line.trim_ascii(), cols, writer);
        written.with_context(|| format!("{name}: line {number}"))?;
    }
    Ok(())
}

/// Writes the bytes of one line at its address.
fn addressed(line: &[u8], cols: Option<usize>, writer: &mut Writer) -> Result<()> {
    if line.is_empty() || line == b"*" {
        return Ok(());
    }
    let end = line.iter().position(|byte| !byte.is_ascii_hexdigit());
    let (address, rest) = line.split_at(end.unwrap_or(line.len()));
    let address = str::from_utf8(address).ok();
    let address = address.and_then(|text| u64::from_str_radix(text, 16).ok());
    let (Some(address), b"" | [b':' | b' ' | b'\t', ..]) = (address, rest) else {
        bail!("no address in front");
    };
    let hex = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
    let two_spaces = hex.windows(2).position(|pair| pair == b"  ");
    let mut hex = &hex[..two_spaces.unwrap_or(hex.len())];
    if let Some(cols) = cols {
        let mut digits = hex.iter().enumerate().filter(|(_, byte)| **byte != b' ');
        hex = &hex[..digits.nth(2 * cols).map_or(hex.len(), |(end, _)| end)];
    }
    let (mut half, mut bytes) = (None, Vec::new());
    let read = digits(hex, &mut half, &mut bytes);
    writer.write(address, &bytes)?;
    if let Err(at) = read {
        bail!("not a hex digit: {:?}", char::from(hex[at]));
    }
    ensure!(half.is_none(), "half a byte");
    Ok(())
}

struct Writer<'a> {
    out: BufWriter<&'a mut File>,
    can_seek: bool,
    /// What `-s` adds to each address.
    base: i128,
    place: i128,
}

impl Writer<'_> {
    fn write(&mut self, address: u64, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.go_to(i128::from(address) + self.base)?;
        self.place += bytes.len() as i128;
        self.out.write_all(bytes).context("cannot write")
    }

    /// Goes to a place: in a file by seeking, which leaves a hole; elsewhere with zeros, and forwards only.
    fn go_to(&mut self, to: i128) -> Result<()> {
        ensure!(to >= 0, "the address is before the start, by {}", -to);
        let distance = to - self.place;
        if distance != 0 && self.can_seek {
            let distance = i64::try_from(distance).context("the address is too far away")?;
            let sought = self.out.seek(SeekFrom::Current(distance));
            sought.context("cannot write")?;
        } else if let Ok(gap) = u64::try_from(distance) {
            let zeros = io::copy(&mut io::repeat(0).take(gap), &mut self.out);
            zeros.context("cannot write")?;
        } else {
            let from = self.place;
            bail!(
                "the address goes backwards, from {from:x} to {to:x}, where that cannot be written"
            );
        }
        self.place = to;
        Ok(())
    }
}

/// Appends the bytes of the digits in `text`, in spite of white space, or returns where something else is; a digit alone waits in `half`.
fn digits(text: &[u8], half: &mut Option<u8>, bytes: &mut Vec<u8>) -> Result<(), usize> {
    for (place, &byte) in text.iter().enumerate() {
        let Some(digit) = char::from(byte).to_digit(16) else {
            if byte.is_ascii_whitespace() {
                continue;
            }
            return Err(place);
        };
        match half.take() {
            None => *half = Some(digit as u8),
            Some(high) => bytes.push(high << 4 | digit as u8),
        }
    }
    Ok(())
}
