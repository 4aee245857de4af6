//! Text to bytes and back, in each of Node's seven encodings.
//!
//! Node never refuses: hex stops at the first bad digit, base64 skips what it does not know, UTF-8
//! puts U+FFFD. That is `lossy` here. Without the word, bad input is an error with its offset.
//!
//! A JS string is UTF-16 and may hold half a surrogate pair; a Rust string cannot. Where that matters
//! there is a form with `utf16`, a `Vec<u16>`.

mod atob;
mod base64;
mod base64_blocks;
mod base64_lenient;
mod converter;
mod hex;
mod latin1;
mod string_decoder;
mod to_bytes;
mod to_text;
mod transcode;
mod utf16;
mod utf8;

pub use atob::{atob, btoa};
pub use converter::Converter;
pub use string_decoder::StringDecoder;
pub use transcode::transcode;

use crate::Error;

/// Bytes that are converted at a time: few, so that the result is copied from the first-level cache.
const CHUNK_BYTES: usize = 8192;

/// Returns whether `bytes` are well-formed UTF-8: `buffer.isUtf8`.
pub fn is_utf8(bytes: &[u8]) -> bool {
    crate::kernels::utf8(bytes).is_some()
}

/// Returns whether `bytes` are ASCII: `buffer.isAscii`.
pub fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

/// Returns the first `len` bytes of `out`, if it has as many.
fn room(out: &mut [u8], len: usize) -> Result<&mut [u8], Error> {
    let there = out.len();
    let room = out.get_mut(..len);
    room.ok_or_else(|| Error::out_of_range("length", there, len))
}
