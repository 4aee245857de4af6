//! `buffers dump -r`: a dump back to the bytes that it shows.
//!
//! Of a line with an address, the digits up to two spaces in a row count, or as many as `-c` says; what is left out between two
//! addresses, as by the `*` of `-a`, becomes zeros. With `-p` there are digits and white space only. xxd passes over anything else, and what
//! comes after a digit that was lost is then wrong without a word; here the bytes before it are written, and it is named.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};

use anyhow::{Context, Result, bail, ensure};
use buffers::{Converter, Encoding, Error};

use super::options::{Options, Style};
use crate::cli::convert::convert_all;
use crate::cli::input::{CHUNK_BYTES, Input};

/// No line of a dump is as long; a file without newlines must not fill the memory.
const TOO_LONG: u64 = 64 * 1024;

/// Writes the bytes that the dump in `input` shows.
pub fn reverse(options: &Options, input: &mut Input, out: &mut File) -> Result<()> {
    // A pipe is at its start.
    let _ = input.file.rewind();
    let base = match options.seek {
        None => 0,
        Some(SeekFrom::Start(bytes)) => bytes.into(),
        Some(SeekFrom::Current(bytes) | SeekFrom::End(bytes)) => bytes.into(),
    };
    let mut writer = Writer {
        can_seek: out.metadata().is_ok_and(|out| out.is_file()),
        out: BufWriter::with_capacity(CHUNK_BYTES, out),
        base,
        place: 0,
    };
    let reversed = match options.style() {
        Style::Plain => plain(input, &mut writer),
        _ => lines(options.cols.map(|_| options.cols()), input, &mut writer),
    };
    // The bytes before the error are written first.
    writer.out.flush().context("cannot write")?;
    reversed
}

fn plain(input: &mut Input, writer: &mut Writer) -> Result<()> {
    let converter = Converter::new(Encoding::Hex, Encoding::Latin1);
    // A strict converter takes newlines alone; a dump may have blanks.
    let spaces_to_newlines = |text: &mut [u8]| {
        let spaces = text.iter_mut().filter(|byte| byte.is_ascii_whitespace());
        spaces.for_each(|space| *space = b'\n');
    };
    let mut address = 0;
    convert_all(input, converter, spaces_to_newlines, |bytes| {
        writer.write(address, bytes)?;
        address += bytes.len() as u64;
        Ok(())
    })
}

fn lines(cols: Option<usize>, input: &Input, writer: &mut Writer) -> Result<()> {
    let name = &input.name;
    let mut reader = BufReader::with_capacity(CHUNK_BYTES, &input.file);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = reader.by_ref().take(TOO_LONG).read_until(b'\n', &mut line);
        if read.with_context(|| name.clone())? == 0 {
            break;
        }
        let written = addressed(&line, cols, writer);
        written.with_context(|| format!("{name}: line {number}"))?;
    }
    Ok(())
}

/// Writes the bytes of one line at its address.
fn addressed(line: &[u8], cols: Option<usize>, writer: &mut Writer) -> Result<()> {
    ensure!(
        line.len() as u64 != TOO_LONG,
        "too long for a line of a dump"
    );
    let line = line.trim_ascii();
    if line.is_empty() || line == b"*" {
        return Ok(());
    }
    let end = line.iter().position(|byte| !byte.is_ascii_hexdigit());
    let (address, rest) = line.split_at(end.unwrap_or(line.len()));
    let address = str::from_utf8(address).map(|text| u64::from_str_radix(text, 16));
    let is_cut_off = matches!(rest, [] | [b':' | b' ' | b'\t', ..]);
    let (Ok(Ok(address)), true) = (address, is_cut_off) else {
        bail!("no address in front");
    };
    let hex = rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start();
    // The last line of `hexdump` is the address of the end.
    ensure!(
        !hex.is_empty() || writer.place > 0 && writer.place == i128::from(address) + writer.base,
        "no digits after the address; with -p, a line is digits alone"
    );
    let end = hex.windows(2).position(|pair| pair == b"  ");
    let mut digits = hex[..end.unwrap_or(hex.len())].to_vec();
    digits.retain(|byte| !byte.is_ascii_whitespace());
    let all = String::from_utf8_lossy(&digits);
    let digits = cols.and_then(|cols| all.get(..2 * cols)).unwrap_or(&all);
    let mut bytes = Vec::new();
    let read = Encoding::Hex.bytes_into(digits, &mut bytes);
    writer.write(address, &bytes)?;
    if let Err(Error::Invalid { offset, reason, .. }) = read {
        let wrong = digits[offset..].chars().next().unwrap_or_default();
        bail!("{reason}: {wrong:?}");
    }
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
            let distance = i64::try_from(distance)
                .ok()
                .context("the address is too far away")?;
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
