//! Hex: two digits a byte. `Buffer.from('dead', 'hex')`, `buf.toString('hex')`.
//!
//! Node stops at the first pair that is not two digits and says nothing. The strict form says where.
//!
//! The file needs `error.rs` and the crate `const-hex`, nothing else.

use crate::error::Error;

pub(crate) fn encode(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

/// Writes into `out`, which has two digits for each byte.
pub(crate) fn encode_to_slice(bytes: &[u8], out: &mut [u8]) {
    const_hex::encode_to_slice(bytes, out).expect("two digits for each byte");
}

/// Writes into `out`, which has a byte for each pair of digits; its content after an error is unspecified.
pub(crate) fn decode_to_slice(text: &[u8], out: &mut [u8]) -> Result<(), Error> {
    // A `0x` in front is no prefix here: const-hex takes it for one, and then finds `out` too long.
    if const_hex::decode_to_slice(text, out).is_ok() {
        return Ok(());
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

/// Appends the bytes; on an error, those before it.
pub(crate) fn decode_into(text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    out.resize(start + text.len() / 2, 0);
    let decoded = decode_to_slice(text, &mut out[start..]);
    if let Err(Error::Invalid { offset, .. }) = decoded {
        // Once more, without what is bad.
        let good = &text[..offset & !1];
        out.truncate(start + good.len() / 2);
        decode_to_slice(good, &mut out[start..]).expect("digits alone are left");
    }
    decoded
}

/// Returns the bytes before the first pair that is not two digits.
pub(crate) fn decode_lossy(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // On an error, the pairs before the bad one have been appended.
    let _ = decode_into(&text[..text.len() & !1], &mut bytes);
    bytes
}
