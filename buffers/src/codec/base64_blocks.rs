//! Base64 at the speed of our own kernels: whole blocks go to `kernels`, the rest to the `base64` crate.

use super::base64::{self, Alphabet};
use super::utf8;
use crate::Encoding;
use crate::error::Error;
use crate::kernels::{self, Progress, Skip};

/// Below this the `base64` crate is faster: it has less to set up.
const SIMD_MIN_BYTES: usize = 256;

pub(crate) fn encode(bytes: &[u8], encoding: Encoding) -> String {
    if bytes.len() < SIMD_MIN_BYTES {
        return base64::encode(bytes, encoding.alphabet());
    }
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    encoding.encode_chunks(bytes, |chunk| text.push_str(utf8::encoded(chunk)));
    text
}

/// As [`base64::encode_to_slice`].
pub(crate) fn encode_to_slice(bytes: &[u8], alphabet: &Alphabet, out: &mut [u8]) -> usize {
    let done = kernels::encode_base64(bytes, alphabet.chars, out)
        .or_else(|| kernels::encode_base64_avx2(bytes, alphabet.chars, out))
        .unwrap_or_default();
    let (bytes, out) = (&bytes[done.read..], &mut out[done.written..]);
    done.written + base64::encode_to_slice(bytes, alphabet, out)
}

/// As [`base64::decode_to_slice`].
pub(crate) fn decode_to_slice(
    text: &[u8],
    alphabet: &Alphabet,
    out: &mut [u8],
) -> Result<usize, Error> {
    let signs = &alphabet.chars[62..];
    let done = match text.len() {
        ..SIMD_MIN_BYTES => Progress::default(),
        _ => kernels::decode_base64(text, signs, Skip::Nothing, out).unwrap_or_default(),
    };
    // These are whole groups: what is wrong with the rest is wrong with all.
    base64::decode_to_slice(&text[done.read..], alphabet, &mut out[done.written..])
        .map(|written| done.written + written)
        .map_err(|error| error.map_offset(|offset| done.read + offset))
}
