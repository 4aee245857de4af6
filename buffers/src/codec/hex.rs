//! Hex: two digits a byte. `Buffer.from('dead', 'hex')`, `buf.toString('hex')`.
//!
//! Node stops at the first pair that is not two digits and says nothing. The strict form says where.
//!
//! The file needs `error.rs` and the crate `const-hex`, nothing else.

use crate::error::Error;

pub(crate) fn encode(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

/// Writes into `out`, which has room for two digits a byte, and returns how many characters there are.
pub(crate) fn encode_to_slice(bytes: &[u8], out: &mut [u8]) -> usize {
    let out = &mut out[..2 * bytes.len()];
    const_hex::encode_to_slice(bytes, out).expect("two digits for each byte");
    out.len()
}

/// Writes into `out`, which has room for a byte for each pair of digits, and returns how many bytes there are; the content
/// of `out` after an error is unspecified.
pub(crate) fn decode_to_slice(text: &[u8], out: &mut [u8]) -> Result<usize, Error> {
    let out = &mut out[..text.len() / 2];
    // A `0x` in front is no prefix here: const-hex takes it for one, and then finds `out` too long.
    if const_hex::decode_to_slice(text, &mut *out).is_ok() {
        return Ok(out.len());
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let (offset, reason) = match digits.count() {
        all if all == text.len() => (all - 1, "half a byte"),
        offset => (offset, "not a hex digit"),
    };
    Err(Error::invalid("hex", offset, reason))
}

pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; text.len() / 2];
    decode_to_slice(text, &mut bytes)?;
    Ok(bytes)
}
