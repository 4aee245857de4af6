//! Hex: two digits a byte. `Buffer.from('dead', 'hex')`, `buf.toString('hex')`.
//!
//! Node stops at the first pair that is not two digits and says nothing. The strict form says where.

use crate::{Encoding, Error};

/// So many bytes at a time, so that what is made is copied from the first-level cache.
const CHUNK_BYTES: usize = 2048;

pub(crate) fn encode(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

/// Into `out`, which has two digits for each byte.
pub(crate) fn encode_to_slice(bytes: &[u8], out: &mut [u8]) {
    const_hex::encode_to_slice(bytes, out).expect("two digits for each byte");
}

/// The digits, piece by piece.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(crate) fn encode_pieces(bytes: &[u8], mut emit: impl FnMut(&[u8])) {
    let mut digits = [0; 2 * CHUNK_BYTES];
    for piece in bytes.chunks(CHUNK_BYTES) {
        let digits = &mut digits[..2 * piece.len()];
        encode_to_slice(piece, digits);
        emit(digits);
    }
}

/// Into `out`, which has a byte for each pair of digits; what it holds after an error is not said.
pub(crate) fn decode_to_slice(text: &[u8], out: &mut [u8]) -> Result<(), Error> {
    // A `0x` in front is no prefix here: const-hex takes it for one, and then finds `out` too long.
    if const_hex::decode_to_slice(text, out).is_ok() {
        return Ok(());
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let offset = digits.count();
    let (offset, reason) = if offset < text.len() {
        (offset, "not a hex digit")
    } else {
        (offset - 1, "half a byte")
    };
    Err(Error::Invalid {
        encoding: Encoding::Hex,
        offset,
        reason,
    })
}

pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; text.len() / 2];
    decode_to_slice(text, &mut bytes)?;
    Ok(bytes)
}

/// On an error, the bytes before it are appended.
pub(crate) fn decode_into(text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    out.resize(start + text.len() / 2, 0);
    let outcome = decode_to_slice(text, &mut out[start..]);
    if let Err(Error::Invalid { offset, .. }) = outcome {
        // Once more, without what is bad.
        let good = &text[..offset & !1];
        out.truncate(start + good.len() / 2);
        decode_to_slice(good, &mut out[start..]).expect("digits alone are left");
    }
    outcome
}

pub(crate) fn decode_lossy(text: &[u8]) -> Vec<u8> {
    let pairs = &text[..text.len() & !1];
    decode(pairs).unwrap_or_else(|error| {
        // What comes before a mistake is what Node gives.
        let good = &pairs[..error.offset().unwrap_or_default() & !1];
        decode(good).expect("digits alone are left")
    })
}
