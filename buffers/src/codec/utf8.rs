//! UTF-8: checked at SIMD speed, replaced as Node replaces. `buf.toString()`, `isUtf8`.

use std::borrow::Cow;

use crate::{Encoding, Error, simd};

pub(crate) fn is_valid(bytes: &[u8]) -> bool {
    simd::utf8(bytes).is_some()
}

/// What an encoder of this crate has written.
pub(crate) fn encoded(bytes: &[u8]) -> &str {
    simd::utf8(bytes).expect("encoders write whole characters")
}

/// The text, or where it stops to be one.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Error> {
    if let Some(text) = simd::utf8(bytes) {
        return Ok(text);
    }
    simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let reason = if error.error_len().is_none() {
            "half a character"
        } else {
            "not UTF-8"
        };
        Error::Invalid {
            encoding: Encoding::Utf8,
            offset: error.valid_up_to(),
            reason,
        }
    })
}

/// One U+FFFD for each maximal part of a character that does not go on: the standard library's rule is Node's.
pub(crate) fn decode_lossy(bytes: &[u8]) -> Cow<'_, str> {
    match simd::utf8(bytes) {
        Some(text) => text.into(),
        None => String::from_utf8_lossy(bytes),
    }
}
