//! UTF-8: checked at SIMD speed, replaced as Node replaces. `buf.toString()`, `isUtf8`.

use crate::{Encoding, Error};

pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    simdutf8::basic::from_utf8(bytes).is_ok()
}

pub(crate) fn decode(bytes: &[u8]) -> Result<String, Error> {
    match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let reason = if error.error_len().is_none() {
                "half a character"
            } else {
                "not UTF-8"
            };
            Err(Error::Invalid {
                encoding: Encoding::Utf8,
                offset: error.valid_up_to(),
                reason,
            })
        }
    }
}

/// One U+FFFD for each maximal part of a character that does not go on: the standard library's rule is Node's.
pub(crate) fn decode_lossy(bytes: &[u8]) -> String {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
