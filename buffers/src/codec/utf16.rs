//! UTF-16, little endian: `Buffer.from(text, 'utf16le')`, `buf.toString('utf16le')`.
//!
//! Node keeps lone surrogates, since its strings may hold them; a Rust `String` gets U+FFFD. An odd last byte is dropped.

use super::CHUNK_BYTES;
use crate::Error;
use crate::kernels::{self, Progress, next_block};

pub(super) fn encode_into(text: &str, out: &mut Vec<u8>) {
    // Enough for ASCII, more than enough for all else.
    out.reserve(2 * text.len() + kernels::SLACK);
    let mut rest = text;
    while !rest.is_empty() {
        let end = (rest.len().min(CHUNK_BYTES)..rest.len()).find(|&end| rest.is_char_boundary(end));
        let (chunk, others) = rest.split_at(end.unwrap_or(rest.len()));
        rest = others;
        let start = out.len();
        out.resize(start + 2 * chunk.len() + kernels::SLACK, 0);
        let done = kernels::utf8_to_utf16(chunk, &mut out[start..]).unwrap_or_default();
        let end = start + done.written;
        let written = encode_slice(&chunk[done.read..], &mut out[end..]);
        out.truncate(end + written);
    }
}

/// Scalar: returns how many bytes were written.
fn encode_slice(text: &str, out: &mut [u8]) -> usize {
    let mut done = Progress::default();
    loop {
        let rest = &text.as_bytes()[done.read..];
        let blocks = rest.as_chunks::<16>().0.iter();
        let ascii = 16 * blocks.take_while(|block| block.is_ascii()).count();
        let units = out[done.written..].chunks_exact_mut(2);
        for (unit, &byte) in units.zip(&rest[..ascii]) {
            unit.copy_from_slice(&[byte, 0]);
        }
        (done.read, done.written) = (done.read + ascii, done.written + 2 * ascii);
        let Some((block, room)) = next_block::<16, 32>(text.as_bytes(), out, done) else {
            break;
        };
        let units = room.as_chunks_mut::<2>().0;
        // A character that begins before this ends in the block.
        let (mut at, mut count) = (0, 0);
        while at <= 12 {
            let lead = u32::from(block[at]);
            let six = |place: usize| u32::from(block[at + place] & 0x3f);
            let (len, char) = match lead {
                0..0x80 => (1, lead),
                0x80..0xe0 => (2, (lead & 0x1f) << 6 | six(1)),
                0xe0..0xf0 => (3, (lead & 0x0f) << 12 | six(1) << 6 | six(2)),
                _ => (4, (lead & 7) << 18 | six(1) << 12 | six(2) << 6 | six(3)),
            };
            let mut unit = char as u16;
            if len == 4 {
                // 0xd800 and the upper ten bits, less the 0x10000 that pairs leave out.
                units[count] = (0xd7c0 + (char >> 10) as u16).to_le_bytes();
                (unit, count) = (0xdc00 | unit & 0x3ff, count + 1);
            }
            units[count] = unit.to_le_bytes();
            (at, count) = (at + len, count + 1);
        }
        (done.read, done.written) = (done.read + at, done.written + 2 * count);
    }
    for unit in text[done.read..].encode_utf16() {
        out[done.written..done.written + 2].copy_from_slice(&unit.to_le_bytes());
        done.written += 2;
    }
    done.written
}

pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + Clone {
    let pairs = bytes.as_chunks().0;
    pairs.iter().map(|&pair| u16::from_le_bytes(pair))
}

/// Passes on the text; on an error, the characters before it.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(super) fn decode_chunks(bytes: &[u8], emit: impl FnMut(&[u8])) -> Result<(), Error> {
    let good = decode_until_lone(bytes, &mut [0; _], emit);
    let reason = match bytes.len() - good {
        0 => return Ok(()),
        1 => "half a unit",
        _ => "half a surrogate pair",
    };
    Err(Error::invalid("utf16le", good, reason))
}

/// Passes on the text, with U+FFFD for each lone surrogate.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(super) fn decode_lossy_chunks(bytes: &[u8], mut emit: impl FnMut(&[u8])) {
    let (mut rest, mut text) = (bytes, [0; _]);
    loop {
        rest = &rest[decode_until_lone(rest, &mut text, &mut emit)..];
        if rest.len() < 2 {
            return;
        }
        emit("\u{fffd}".as_bytes());
        rest = &rest[2..];
    }
}

/// Room for the text of a chunk.
type Text = [u8; CHUNK_BYTES / 2 * 3 + kernels::SLACK];

/// Passes on the text up to a lone surrogate; returns how many bytes that took.
fn decode_until_lone(bytes: &[u8], text: &mut Text, mut emit: impl FnMut(&[u8])) -> usize {
    let mut read = 0;
    while bytes.len() - read > 1 {
        let chunk = whole_pairs(&bytes[read..], CHUNK_BYTES);
        let mut done = kernels::utf16_to_utf8(chunk, text).unwrap_or_default();
        while done.read < chunk.len() {
            let (rest, room) = (&chunk[done.read..], &mut text[done.written..]);
            // The kernel stops at surrogates: plain code takes it past them.
            let kernel = kernels::utf16_to_utf8_avx2(rest, room);
            let before = kernel.unwrap_or_default();
            let most = kernel.map_or(CHUNK_BYTES, |_| 32);
            let rest = whole_pairs(&rest[before.read..], most);
            let after = decode_slice(rest, &mut room[before.written..]);
            done.read += before.read + after.read;
            done.written += before.written + after.written;
            if after.read < rest.len() {
                break;
            }
        }
        emit(&text[..done.written]);
        read += done.read;
        if done.read < chunk.len() {
            break;
        }
    }
    read
}

/// Scalar, up to a lone surrogate.
fn decode_slice(bytes: &[u8], out: &mut [u8]) -> Progress {
    if units(bytes).fold(0, |all, unit| all | unit) < 0x80 {
        for (byte, unit) in out.iter_mut().zip(units(bytes)) {
            *byte = unit as u8;
        }
        let (read, written) = (bytes.len() & !1, bytes.len() / 2);
        return Progress { read, written };
    }
    let mut done = Progress::default();
    while let Some((four, room)) = next_block::<8, 4>(bytes, out, done) {
        let four = u64::from_le_bytes(*four);
        let unit = four as u32 & 0xffff;
        let six = |char: u32, place: u32| (char >> (6 * place)) & 0x3f;
        let (read, written, utf8) = match unit {
            _ if four & 0xff80_ff80_ff80_ff80 == 0 => {
                let pairs = four | four >> 8;
                (8, 4, (pairs & 0xffff | pairs >> 16 & 0xffff_0000) as u32)
            }
            0..0x80 => (2, 1, unit),
            0x80..0x800 => (2, 2, 0x80c0 | unit >> 6 | six(unit, 0) << 8),
            0xd800..0xe000 => {
                let low = (four >> 16) as u32 & 0xffff;
                if unit >= 0xdc00 || low & 0xfc00 != 0xdc00 {
                    break;
                }
                let char = 0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff);
                let last = six(char, 1) << 16 | six(char, 0) << 24;
                (4, 4, 0x8080_80f0 | char >> 18 | six(char, 2) << 8 | last)
            }
            _ => {
                let last = six(unit, 1) << 8 | six(unit, 0) << 16;
                (2, 3, 0x0080_80e0 | unit >> 12 | last)
            }
        };
        *room = utf8.to_le_bytes();
        (done.read, done.written) = (done.read + read, done.written + written);
    }
    for char in char::decode_utf16(units(&bytes[done.read..])).map_while(Result::ok) {
        done.read += 2 * char.len_utf16();
        done.written += char.encode_utf8(&mut out[done.written..]).len();
    }
    done
}

/// Returns the next bytes, `most` or fewer, which end between characters unless they are the last ones.
fn whole_pairs(bytes: &[u8], most: usize) -> &[u8] {
    let end = bytes.len().min(most) & !1;
    let ends_high = end > 0 && bytes[end - 1] & 0xfc == 0xd8 && bytes.len() > most;
    &bytes[..if ends_high { end - 2 } else { end }]
}
