//! Base64, as RFC 4648 has it, and where a text is not: the `base64` crate does not say what Node's users ask.
//!
//! The file needs `error.rs` and the crate `base64`, nothing else. `base64_blocks.rs` puts our own kernels before it,
//! `base64_lenient.rs` has Node's rule.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig, Simd};

use crate::error::Error;

/// An alphabet of RFC 4648, and whether an encoder pads.
#[derive(Debug)]
pub(crate) struct Alphabet {
    pub(crate) name: &'static str,
    pub(crate) chars: &'static [u8; 64],
    pub(crate) is_padded: bool,
    /// It finds out at run time what the processor can do, and cannot be made at compile time.
    pub(crate) engine: LazyLock<Simd>,
}

pub(crate) const STANDARD_CHARS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub(crate) const URL_SAFE_CHARS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) const CONFIG: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// `+/`, padded.
pub(crate) static STANDARD: Alphabet = Alphabet {
    name: "base64",
    chars: STANDARD_CHARS,
    is_padded: true,
    engine: LazyLock::new(|| Simd::standard(CONFIG)),
};

/// `-_`, not padded.
pub(crate) static URL_SAFE: Alphabet = Alphabet {
    name: "base64url",
    chars: URL_SAFE_CHARS,
    is_padded: false,
    engine: LazyLock::new(|| Simd::url_safe(CONFIG.with_encode_padding(false))),
};

/// Returns how many characters [`encode_to_slice`] writes.
pub(crate) fn encoded_len(bytes: usize, alphabet: &Alphabet) -> usize {
    base64::encoded_len(bytes, alphabet.is_padded).expect("no slice is that long")
}

/// Returns how many bytes a text without a mistake stands for.
pub(crate) fn decoded_len(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}

pub(crate) fn encode(bytes: &[u8], alphabet: &Alphabet) -> String {
    alphabet.engine.encode(bytes)
}

/// Writes into `out`, which has room for [`encoded_len`], and returns how many characters there are.
pub(crate) fn encode_to_slice(bytes: &[u8], alphabet: &Alphabet, out: &mut [u8]) -> usize {
    let written = alphabet.engine.encode_slice(bytes, out);
    written.expect("four characters for three bytes")
}

/// Writes into `out`, which has room for [`decoded_len`], and returns how many bytes there are.
///
/// Strict: this alphabet alone, whole groups; padding may be left out, as base64url does.
pub(crate) fn decode_to_slice(
    text: &[u8],
    alphabet: &Alphabet,
    out: &mut [u8],
) -> Result<usize, Error> {
    let written = alphabet.engine.decode_slice(text, out);
    // Where there is padding, it is whole.
    let is_whole = text.len().is_multiple_of(4) || !text.ends_with(b"=");
    match written {
        Ok(written) if is_whole => Ok(written),
        _ => Err(first_fault(text, alphabet)),
    }
}

/// Finds out what is wrong with a text that was refused.
fn first_fault(text: &[u8], alphabet: &Alphabet) -> Error {
    let is_char = |byte: &&u8| alphabet.chars.contains(byte);
    let chars = text.iter().take_while(is_char).count();
    let rest = &text[chars..];
    let padding = rest.iter().take_while(|&&byte| byte == b'=').count();
    // How many characters the last group has, and how much padding it lacks.
    let (last, lacking) = (chars % 4, (4 - chars % 4) % 4);
    let last_group = &text[chars - last..chars];
    let decoded = alphabet.engine.decode_slice(last_group, &mut [0; 3]);
    let (offset, reason) = if padding == 0 && !rest.is_empty() {
        (chars, "not a base64 character")
    } else if padding > 0 && last < 2 {
        (chars, "unexpected padding")
    } else if last == 1 {
        (chars - 1, "half a byte")
    } else if decoded.is_err() {
        (chars - 1, "non-zero trailing bits")
    } else if padding > lacking || rest.len() > padding {
        return after_padding(chars + padding.min(lacking), alphabet);
    } else {
        (text.len(), "some padding is missing")
    };
    invalid(offset, reason, alphabet)
}

/// Returns the error for anything that follows padding.
pub(crate) fn after_padding(offset: usize, alphabet: &Alphabet) -> Error {
    invalid(offset, "not a base64 character after padding", alphabet)
}

fn invalid(offset: usize, reason: &'static str, alphabet: &Alphabet) -> Error {
    Error::invalid(alphabet.name, offset, reason)
}
