//! Base64, as RFC 4648 has it. What Node makes of everything else is in `base64_lenient.rs`.
//!
//! Whole blocks go to our own kernels where the processor can, the rest to the `base64` crate.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig, Simd};

use super::base64_lenient::{Lenient, NONE};
use super::utf8;
use crate::simd::{self, Progress};
use crate::{Encoding, Error};

/// What Node accepts once all that it skips is gone: any padding, any bits after the last byte.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
/// What an encoder writes, with its padding or without any.
const STRICT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const UNPADDED: GeneralPurposeConfig = STRICT.with_encode_padding(false);

/// The engines find out at run time what the processor can do, and cannot be made at compile time.
static LENIENT_ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::standard(LENIENT));
static PADDED_ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::standard(STRICT));
static URL_ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(UNPADDED));

fn engine(encoding: Encoding) -> &'static Simd {
    if encoding == Encoding::Base64Url {
        &URL_ENGINE
    } else {
        &PADDED_ENGINE
    }
}

/// Below this the engine is faster: it has less to set up.
pub(super) const SIMD_MIN_BYTES: usize = 256;

/// So many letters at a time, to stay in the first-level cache; whole groups of four.
pub(super) const CHUNK_BYTES: usize = 8192;

const STANDARD: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn alphabet(encoding: Encoding) -> &'static [u8; 64] {
    if encoding == Encoding::Base64Url {
        &URL_SAFE
    } else {
        &STANDARD
    }
}

pub(crate) fn encode(bytes: &[u8], encoding: Encoding) -> String {
    if bytes.len() < SIMD_MIN_BYTES {
        return engine(encoding).encode(bytes);
    }
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    encode_pieces(bytes, encoding, |piece| text.push_str(utf8::encoded(piece)));
    text
}

/// The letters, piece by piece.
#[inline(never)] // a caller who takes another way need not clear the stack for this one
pub(crate) fn encode_pieces(bytes: &[u8], encoding: Encoding, mut emit: impl FnMut(&[u8])) {
    let mut letters = [0; CHUNK_BYTES];
    for piece in bytes.chunks(CHUNK_BYTES / 4 * 3) {
        let len = encode_to_slice(piece, encoding, &mut letters);
        emit(&letters[..len]);
    }
}

/// How many letters [`encode_to_slice`] writes.
pub(crate) fn encoded_len(bytes: usize, encoding: Encoding) -> usize {
    if encoding == Encoding::Base64Url {
        (4 * bytes).div_ceil(3)
    } else {
        bytes.div_ceil(3) * 4
    }
}

/// How many bytes a text without a mistake stands for.
pub(crate) fn decoded_len(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}

/// Into `out`, which has four letters for each three bytes; says how many there are.
pub(crate) fn encode_to_slice(bytes: &[u8], encoding: Encoding, out: &mut [u8]) -> usize {
    let done = simd::encode_base64(bytes, alphabet(encoding), out).unwrap_or_default();
    let rest = engine(encoding).encode_slice(&bytes[done.read..], &mut out[done.written..]);
    done.written + rest.expect("four letters for three bytes")
}

/// Into `out`, which has room for [`decoded_len`]; says how many there are.
pub(crate) fn decode_to_slice(
    text: &[u8],
    encoding: Encoding,
    out: &mut [u8],
) -> Result<usize, Error> {
    let written = decode_with(engine(encoding), text, encoding, out);
    // Where there is padding, it is whole.
    let is_whole = text.len().is_multiple_of(4) || !text.ends_with(b"=");
    match written {
        Some(written) if is_whole => Ok(written),
        _ => Err(first_fault(text, encoding)),
    }
}

/// Letters of Node's own alphabet, without anything else among them: how many bytes there are, or nothing.
pub(crate) fn decode_chars(letters: &[u8], out: &mut [u8]) -> Option<usize> {
    decode_with(&LENIENT_ENGINE, letters, Encoding::Base64, out)
}

fn decode_with(engine: &Simd, text: &[u8], encoding: Encoding, out: &mut [u8]) -> Option<usize> {
    let done = if text.len() < SIMD_MIN_BYTES {
        Progress::default()
    } else {
        simd::decode_base64(text, sextets(encoding), out).unwrap_or_default()
    };
    let rest = engine.decode_slice(&text[done.read..], &mut out[done.written..]);
    Some(done.written + rest.ok()?)
}

/// What each letter stands for; the top bit where there is none.
fn sextets(encoding: Encoding) -> &'static [[u8; 64]; 2] {
    const STANDARD_SEXTETS: [[u8; 64]; 2] = inverse(&STANDARD);
    const URL_SEXTETS: [[u8; 64]; 2] = inverse(&URL_SAFE);
    if encoding == Encoding::Base64Url {
        &URL_SEXTETS
    } else {
        &STANDARD_SEXTETS
    }
}

const fn inverse(alphabet: &[u8; 64]) -> [[u8; 64]; 2] {
    let mut sextets = [[NONE; 64]; 2];
    let mut six = 0;
    while six < alphabet.len() {
        let letter = alphabet[six] as usize;
        sextets[letter / 64][letter % 64] = six as u8;
        six += 1;
    }
    sextets
}

/// Strict: the alphabet of `encoding` alone, whole groups; padding may be left out, as base64url does.
/// On an error, the bytes of the groups before it are appended.
pub(crate) fn decode_into(text: &[u8], encoding: Encoding, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    out.resize(start + text.len().div_ceil(4) * 3, 0);
    let decoded = decode_to_slice(text, encoding, &mut out[start..]);
    out.truncate(start + decoded.as_ref().unwrap_or(&0));
    if let Err(Error::Invalid { offset, .. }) = decoded {
        Lenient::default().push(&text[..offset & !3], out);
    }
    decoded.map(drop)
}

/// Refuses padding at the end of good text that is not the end.
pub(crate) fn expect_more(text: &[u8], encoding: Encoding) -> Result<(), Error> {
    if !text.ends_with(b"=") {
        return Ok(());
    }
    Err(Error::Invalid {
        encoding,
        offset: text.len(),
        reason: AFTER_PADDING,
    })
}

const AFTER_PADDING: &str = "not a base64 character after padding";

/// What is wrong with text that was refused.
fn first_fault(text: &[u8], encoding: Encoding) -> Error {
    let is_letter = |byte: &&u8| alphabet(encoding).contains(byte);
    let letters = text.iter().take_while(is_letter).count();
    let rest = &text[letters..];
    let padding = rest.iter().take_while(|&&byte| byte == b'=').count();
    // How many letters the last group has, and how much padding it lacks.
    let (last, lacking) = (letters % 4, (4 - letters % 4) % 4);
    let (offset, reason) = if padding == 0 && !rest.is_empty() {
        (letters, "not a base64 character")
    } else if padding > 0 && last < 2 {
        (letters, "padding without need")
    } else if padding > lacking || rest.len() > padding {
        (letters + padding.min(lacking), AFTER_PADDING)
    } else if last == 1 {
        (letters - 1, "half a byte")
    } else if padding > 0 && padding < lacking {
        (text.len(), "some padding is missing")
    } else {
        (letters.saturating_sub(1), "bits that belong to no byte")
    };
    Error::Invalid {
        encoding,
        offset,
        reason,
    }
}
