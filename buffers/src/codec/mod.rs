//! Text to bytes and back, in each of Node's seven encodings.

mod atob;
mod base64;
mod base64_lenient;
mod converter;
mod encode_into;
mod hex;
mod latin1;
mod string_decoder;
mod text;
mod transcode;
mod utf16;
mod utf8;

#[cfg(feature = "simd")]
pub(crate) use base64_lenient::LETTER;

pub use atob::{atob, btoa};
pub use converter::Converter;
pub use string_decoder::StringDecoder;
pub use transcode::transcode;

/// Returns whether `bytes` are well-formed UTF-8: `buffer.isUtf8`.
pub fn is_utf8(bytes: &[u8]) -> bool {
    utf8::is_valid(bytes)
}

/// Returns whether `bytes` are ASCII: `buffer.isAscii`.
pub fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}
