//! Hex: two digits a byte. `Buffer.from('dead', 'hex')`, `buf.toString('hex')`.
//!
//! Node stops at the first pair that is not two digits and says nothing. The strict form says where.

use crate::{Encoding, Error};

pub(crate) fn encode(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Error> {
    let bytes = decode_lossy(text);
    let good = 2 * bytes.len();
    let (offset, reason) = match &text[good..] {
        [] => return Ok(bytes),
        [digit] if digit.is_ascii_hexdigit() => (good, "half a byte"),
        [first, ..] if first.is_ascii_hexdigit() => (good + 1, "not a hex digit"),
        _ => (good, "not a hex digit"),
    };
    Err(Error::Invalid {
        encoding: Encoding::Hex,
        offset,
        reason,
    })
}

pub(crate) fn decode_lossy(text: &[u8]) -> Vec<u8> {
    let pairs = &text[..text.len() & !1];
    // const-hex takes a `0x` in front for a prefix. Node does not: there the `x` is simply no digit.
    if matches!(pairs, [_, b'x' | b'X', ..]) {
        return Vec::new();
    }
    let mut bytes = vec![0; pairs.len() / 2];
    if const_hex::decode_to_slice(pairs, &mut bytes).is_err() {
        let good = pairs
            .iter()
            .position(|byte| !byte.is_ascii_hexdigit())
            .unwrap_or(pairs.len())
            / 2;
        bytes.truncate(good);
        const_hex::decode_to_slice(&pairs[..2 * good], &mut bytes).expect("only digits are left");
    }
    bytes
}
