//! Latin-1 and ASCII: a byte a character. Node's ASCII is Latin-1 on the way in and drops the eighth bit on the way out.

use crate::{Encoding, Error, simd};

/// So many bytes at a time.
const CHUNK_BYTES: usize = 8192;

pub(crate) fn encode_lossy(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        text.as_bytes().to_vec()
    } else {
        text.encode_utf16().map(|unit| unit as u8).collect()
    }
}

/// On an error, the characters before it are appended.
pub(crate) fn encode_into(
    text: &str,
    encoding: Encoding,
    last: u32,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let ascii = text.bytes().take_while(u8::is_ascii).count();
    out.extend_from_slice(&text.as_bytes()[..ascii]);
    for (place, character) in text[ascii..].char_indices() {
        match u8::try_from(u32::from(character)) {
            Ok(byte) if u32::from(byte) <= last => out.push(byte),
            _ => {
                return Err(Error::Invalid {
                    encoding,
                    offset: ascii + place,
                    reason: "a character that it does not have",
                });
            }
        }
    }
    Ok(())
}

/// The text as UTF-8, piece by piece.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(crate) fn decode_pieces(bytes: &[u8], mut emit: impl FnMut(&[u8])) {
    let mut text = [0; 2 * CHUNK_BYTES + simd::SLACK];
    for piece in bytes.chunks(CHUNK_BYTES) {
        if piece.is_ascii() {
            emit(piece);
            continue;
        }
        let mut done = simd::latin1_to_utf8(piece, &mut text).unwrap_or_default();
        for &byte in &piece[done.read..] {
            done.written += char::from(byte)
                .encode_utf8(&mut text[done.written..])
                .len();
        }
        emit(&text[..done.written]);
    }
}

#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(crate) fn decode_masked_pieces(bytes: &[u8], mut emit: impl FnMut(&[u8])) {
    let mut text = [0; CHUNK_BYTES];
    for piece in bytes.chunks(CHUNK_BYTES) {
        for (character, byte) in text.iter_mut().zip(piece) {
            *character = byte & 0x7f;
        }
        emit(&text[..piece.len()]);
    }
}

/// On an error, what comes before it is given out.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(crate) fn decode_ascii_pieces(bytes: &[u8], emit: impl FnMut(&[u8])) -> Result<(), Error> {
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    decode_pieces(&bytes[..ascii], emit);
    if ascii < bytes.len() {
        return Err(Error::Invalid {
            encoding: Encoding::Ascii,
            offset: ascii,
            reason: "more than seven bits",
        });
    }
    Ok(())
}
