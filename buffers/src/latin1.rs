//! Latin-1 and ASCII: a byte a character. Node's ASCII is Latin-1 on the way in and drops the eighth bit on the way out.

use crate::{Encoding, Error};

pub(crate) fn encode_lossy(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        text.as_bytes().to_vec()
    } else {
        text.encode_utf16().map(|unit| unit as u8).collect()
    }
}

pub(crate) fn encode(text: &str, encoding: Encoding, last: u32) -> Result<Vec<u8>, Error> {
    let byte = |(offset, character): (usize, char)| {
        let invalid = Error::Invalid {
            encoding,
            offset,
            reason: "a character that it does not have",
        };
        u8::try_from(u32::from(character))
            .ok()
            .filter(|&byte| u32::from(byte) <= last)
            .ok_or(invalid)
    };
    text.char_indices().map(byte).collect()
}

pub(crate) fn decode(bytes: &[u8]) -> String {
    if bytes.is_ascii() {
        return crate::utf8::decode_lossy(bytes);
    }
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

pub(crate) fn decode_masked(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte & 0x7f)).collect()
}

pub(crate) fn decode_ascii(bytes: &[u8]) -> Result<String, Error> {
    match bytes.iter().position(|byte| !byte.is_ascii()) {
        None => Ok(decode(bytes)),
        Some(offset) => Err(Error::Invalid {
            encoding: Encoding::Ascii,
            offset,
            reason: "more than seven bits",
        }),
    }
}
