//! Latin-1 and ASCII: a byte a character. Node's ASCII is Latin-1 on the way in and drops the eighth bit on the way out.

use super::CHUNK_BYTES;
use crate::{Encoding, Error, kernels};

/// Returns the last character that the encoding has.
fn last(encoding: Encoding) -> u8 {
    match encoding {
        Encoding::Ascii => 0x7f,
        _ => 0xff,
    }
}

/// Cuts each unit of UTF-16 to its low byte, as Node does.
pub(super) fn encode_lossy(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        text.as_bytes().to_vec()
    } else {
        text.encode_utf16().map(|unit| unit as u8).collect()
    }
}

/// Puts `?` for each character that the encoding lacks.
pub(super) fn encode_replacing(text: &str, encoding: Encoding) -> Vec<u8> {
    let last = last(encoding);
    let encode = |char| match u8::try_from(char) {
        Ok(byte) if byte <= last => byte,
        _ => b'?',
    };
    text.chars().map(encode).collect()
}

/// Appends the bytes; on an error, those before it.
pub(super) fn encode_into(text: &str, encoding: Encoding, out: &mut Vec<u8>) -> Result<(), Error> {
    let blocks = text.as_bytes().chunks(64);
    let blocks = blocks.take_while(|block| block.is_ascii());
    let ascii = blocks.map(<[u8]>::len).sum();
    out.extend_from_slice(&text.as_bytes()[..ascii]);
    for (place, char) in text[ascii..].char_indices() {
        let byte = u8::try_from(char).ok();
        let Some(byte) = byte.filter(|&byte| byte <= last(encoding)) else {
            let reason = "a character that it does not have";
            return Err(Error::invalid(encoding.name(), ascii + place, reason));
        };
        out.push(byte);
    }
    Ok(())
}

/// The UTF-8 of each character, with a byte too many for ASCII.
const UTF8: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        (byte as u8 as char).encode_utf8(&mut table[byte]);
        byte += 1;
    }
    table
};

/// Passes on the text as UTF-8, chunk by chunk.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(super) fn decode_chunks(bytes: &[u8], mut emit: impl FnMut(&[u8])) {
    let mut text = [0; 2 * CHUNK_BYTES + kernels::SLACK];
    for chunk in bytes.chunks(CHUNK_BYTES) {
        if chunk.is_ascii() {
            emit(chunk);
            continue;
        }
        let mut done = kernels::latin1_to_utf8(chunk, &mut text)
            .or_else(|| kernels::latin1_to_utf8_avx2(chunk, &mut text))
            .unwrap_or_default();
        for &byte in &chunk[done.read..] {
            // Both bytes are written, and no branch asks whether both count.
            text[done.written..][..2].copy_from_slice(&UTF8[usize::from(byte)]);
            done.written += 1 + usize::from(byte >> 7);
        }
        emit(&text[..done.written]);
    }
}

/// Drops the eighth bit of each byte.
pub(super) fn decode_masked(bytes: &[u8]) -> String {
    let ascii = bytes.iter().map(|byte| byte & 0x7f).collect();
    String::from_utf8(ascii).expect("seven bits are ASCII")
}

/// Passes on ASCII; on an error, what comes before it.
pub(super) fn decode_ascii_chunks(bytes: &[u8], emit: impl FnMut(&[u8])) -> Result<(), Error> {
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    decode_chunks(&bytes[..ascii], emit);
    if ascii == bytes.len() {
        return Ok(());
    }
    Err(Error::invalid("ascii", ascii, "more than seven bits"))
}
