//! `buffers dump -r`: a dump back to the bytes that it shows.
//!
//! Of a line with an address, the digits up to two spaces in a row count; what is left out between two
//! addresses becomes zeros. With `-p` there are digits and white space only. xxd passes over anything else, and what
//! comes after a digit that was lost is then wrong without a word; here the bytes before it are written, and it is named.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use anyhow::{Context, Result, bail, ensure};

use super::input::{CHUNK_BYTES, Input};

/// No line of a dump is longer; a file without newlines must not fill the memory.
const LONGEST_LINE: usize = 64 * 1024;

/// Writes the bytes that the dump in `input` shows.
pub fn reverse(input: &mut Input, out: &mut File, plain: bool) -> Result<()> {
    let name = input.name().to_owned();
    let mut out = BufWriter::with_capacity(CHUNK_BYTES, out);
    let (mut half, mut bytes) = (None, Vec::new());
    let (mut line, mut number, mut place) = (Vec::new(), 0_u64, 0);
    let mut offset = 0;
    loop {
        let chunk = input.next()?;
        let ended = chunk.is_empty();
        if plain {
            let outcome = digits(chunk, &mut half, &mut bytes);
            out.write_all(&bytes).context("cannot write")?;
            bytes.clear();
            if let Err(at) = outcome {
                out.flush().context("cannot write")?;
                bail!("{name}: not a hex digit at offset {}", offset + at);
            }
            offset += chunk.len();
        }
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
                let outcome = addressed(&line, place, &mut bytes, &mut out);
                if outcome.is_err() {
                    out.flush().context("cannot write")?;
                }
                place = outcome.with_context(|| format!("{name}: line {number}"))?;
                line.clear();
            }
        }
        if ended {
            out.flush().context("cannot write")?;
            ensure!(half.is_none(), "{name}: half a byte at the end");
            return Ok(());
        }
    }
}

/// Writes the bytes of one line at its address and returns where the next one may be.
fn addressed(
    line: &[u8],
    place: u64,
    bytes: &mut Vec<u8>,
    out: &mut BufWriter<&mut File>,
) -> Result<u64> {
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
    if address != place {
        go(out, place, address)?;
    }
    let hex = line[colon + 1..].trim_ascii();
    let end = hex
        .windows(2)
        .position(|pair| pair == b"  ")
        .unwrap_or(hex.len());
    let mut half = None;
    bytes.clear();
    let outcome = digits(&hex[..end], &mut half, bytes);
    out.write_all(bytes).context("cannot write")?;
    if let Err(at) = outcome {
        let digit = char::from(hex[at]);
        bail!("not a hex digit: {digit:?}");
    }
    ensure!(half.is_none(), "half a byte");
    Ok(address + bytes.len() as u64)
}

/// Goes from one address to another: in a file by seeking, which leaves a hole; elsewhere with zeros, and forwards only.
fn go(out: &mut BufWriter<&mut File>, from: u64, to: u64) -> Result<()> {
    let can_seek = out.get_ref().metadata().is_ok_and(|out| out.is_file());
    if can_seek {
        let distance = i64::try_from(i128::from(to) - i128::from(from))
            .context("the address is too far away")?;
        out.seek(SeekFrom::Current(distance))
            .context("cannot write")?;
    } else if to > from {
        io::copy(&mut io::repeat(0).take(to - from), out).context("cannot write")?;
    } else {
        bail!("the address goes backwards, from {from:x} to {to:x}, where that cannot be written");
    }
    Ok(())
}

/// The bytes of the digits in `text`, in spite of white space, or where something else is; a digit alone waits in `half`.
fn digits(text: &[u8], half: &mut Option<u8>, bytes: &mut Vec<u8>) -> Result<(), usize> {
    for (place, &byte) in text.iter().enumerate() {
        let Some(digit) = char::from(byte).to_digit(16) else {
            if byte.is_ascii_whitespace() {
                continue;
            }
            return Err(place);
        };
        let digit = digit as u8;
        match half.take() {
            None => *half = Some(digit),
            Some(high) => bytes.push(high << 4 | digit),
        }
    }
    Ok(())
}
