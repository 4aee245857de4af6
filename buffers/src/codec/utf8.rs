//! UTF-8: checked at SIMD speed, replaced as Node replaces. `buf.toString()`.

use std::borrow::Cow;

use crate::{Error, kernels};

/// Returns what an encoder of this crate has written.
pub(super) fn encoded(bytes: &[u8]) -> &str {
    kernels::utf8(bytes).expect("encoders write whole characters")
}

pub(super) fn decode(bytes: &[u8]) -> Result<&str, Error> {
    if let Some(text) = kernels::utf8(bytes) {
        return Ok(text);
    }
    simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let error_len = error.error_len();
        let reason = error_len.map_or("half a character", |_| "not UTF-8");
        Error::invalid("utf8", error.valid_up_to(), reason)
    })
}

/// Puts one U+FFFD for each maximal part of a character that does not go on: the standard library's rule is Node's.
pub(super) fn decode_lossy(bytes: &[u8]) -> Cow<'_, str> {
    kernels::utf8(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::from)
}
