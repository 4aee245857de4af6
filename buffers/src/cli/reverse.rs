//! `buffers dump -r`: a dump back to the bytes that it shows.
//!
//! Of a line with an address, the digits up to two spaces in a row count; what is left out between two
//! addresses becomes zeros. With `-p` there are digits only, and what is no digit is passed over.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

use anyhow::{Context, Result, bail};

use super::input::{CHUNK_BYTES, Input};

/// No line of a dump is longer; a file without newlines must not fill the memory.
const LONGEST_LINE: usize = 64 * 1024;

/// Writes the bytes that the dump in `input` shows.
pub fn reverse(input: &mut Input, out: &mut File, plain: bool) -> Result<()> {
    let name = input.name().to_owned();
    let mut out = BufWriter::with_capacity(CHUNK_BYTES, out);
    let (mut half, mut bytes) = (None, Vec::new());
    let (mut line, mut number, mut place) = (Vec::new(), 0_u64, 0);
    loop {
        let chunk = input.next()?;
        if plain {
            digits(chunk, &mut half, &mut bytes);
            out.write_all(&bytes).context("cannot write")?;
            bytes.clear();
        }
        let ended = chunk.is_empty();
        let parts = chunk
            .split_inclusive(|&byte| byte == b'\n')
            .chain(ended.then_some(&b"\n"[..]));
        for part in parts.take_while(|_| !plain) {
            line.extend_from_slice(part);
            if line.len() > LONGEST_LINE {
                bail!("{name}: line {}: too long for a line of a dump", number + 1);
            }
            if part.ends_with(b"\n") {
                number += 1;
                place = addressed(&line, place, &mut bytes, &mut out)
                    .with_context(|| format!("{name}: line {number}"))?;
                line.clear();
            }
        }
        if ended {
            return out.flush().context("cannot write");
        }
    }
}

/// Writes the bytes of one line at its address and returns where the next one may be.
fn addressed(line: &[u8], place: u64, bytes: &mut Vec<u8>, out: &mut impl Write) -> Result<u64> {
    if line.trim_ascii().is_empty() {
        return Ok(place);
    }
    let colon = line
        .iter()
        .position(|&byte| byte == b':')
        .unwrap_or_default();
    let Some(address) = str::from_utf8(&line[..colon])
        .ok()
        .and_then(|text| u64::from_str_radix(text.trim(), 16).ok())
    else {
        bail!("no address and colon in front");
    };
    if address < place {
        bail!("the address goes backwards, from {place:x} to {address:x}");
    }
    io::copy(&mut io::repeat(0).take(address - place), out).context("cannot write")?;
    let hex = line[colon + 1..].trim_ascii();
    let end = hex
        .windows(2)
        .position(|pair| pair == b"  ")
        .unwrap_or(hex.len());
    bytes.clear();
    digits(&hex[..end], &mut None, bytes);
    out.write_all(bytes).context("cannot write")?;
    Ok(address + bytes.len() as u64)
}

/// The bytes of the digits in `text`; a digit alone waits in `half`.
fn digits(text: &[u8], half: &mut Option<u8>, bytes: &mut Vec<u8>) {
    for digit in text
        .iter()
        .filter_map(|&byte| char::from(byte).to_digit(16))
    {
        let digit = digit as u8;
        match half.take() {
            None => *half = Some(digit),
            Some(high) => bytes.push(high << 4 | digit),
        }
    }
}
