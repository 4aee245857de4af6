//! UTF-16, little endian: `Buffer.from(text, 'utf16le')`, `buf.toString('utf16le')`.
//!
//! Node keeps lone surrogates, since its strings may hold them; a Rust `String` gets U+FFFD. An odd last byte is dropped.

use super::CHUNK_BYTES;
use crate::Error;
use crate::kernels::{self, Progress};

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
    if text.is_ascii() {
        for (unit, byte) in out.chunks_exact_mut(2).zip(text.bytes()) {
            unit.copy_from_slice(&[byte, 0]);
        }
        return 2 * text.len();
    }
    let mut len = 0;
    for unit in text.encode_utf16() {
        out[len..len + 2].copy_from_slice(&unit.to_le_bytes());
        len += 2;
    }
    len
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
        let chunk = whole_pairs(&bytes[read..]);
        let mut done = kernels::utf16_to_utf8(chunk, text).unwrap_or_default();
        let rest = decode_slice(&chunk[done.read..], &mut text[done.written..]);
        done.read += rest.read;
        done.written += rest.written;
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
        return Progress {
            read: bytes.len() & !1,
            written: bytes.len() / 2,
        };
    }
    let mut done = Progress::default();
    for char in char::decode_utf16(units(bytes)).map_while(Result::ok) {
        done.read += 2 * char.len_utf16();
        done.written += char.encode_utf8(&mut out[done.written..]).len();
    }
    done
}

/// Returns the next chunk, which ends between characters unless it is the last one.
fn whole_pairs(bytes: &[u8]) -> &[u8] {
    let end = bytes.len().min(CHUNK_BYTES) & !1;
    let ends_high = bytes[end - 1] & 0xfc == 0xd8 && bytes.len() > CHUNK_BYTES;
    &bytes[..if ends_high { end - 2 } else { end }]
}
