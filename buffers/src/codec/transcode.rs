//! Bytes of one encoding to bytes of another: `buffer.transcode(source, from, to)`.
//!
//! Between UTF-8 and UTF-16 Node is strict; towards Latin-1 and ASCII it puts `?`, elsewhere U+FFFD.

use std::char::REPLACEMENT_CHARACTER;

use super::{latin1, utf8, utf16};
use crate::Encoding::{self, Ascii, Latin1, Utf8, Utf16le};
use crate::Error;

/// Returns the text of `source` in another encoding.
///
/// # Errors
///
/// [`Error::TranscodeUnsupported`] unless both are utf8, utf16le, latin1 or ascii, and [`Error::TranscodeInvalid`]
/// where utf8 or utf16le is not well formed and the other of the two is wanted.
///
/// # Examples
///
/// ```
/// use buffers::{Encoding, transcode};
///
/// assert_eq!(transcode("3µm →".as_bytes(), Encoding::Utf8, Encoding::Latin1)?, b"3\xb5m ?");
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn transcode(source: &[u8], from: Encoding, to: Encoding) -> Result<Vec<u8>, Error> {
    if source.is_empty() {
        return Ok(Vec::new());
    }
    if from.is_binary_to_text() || to.is_binary_to_text() {
        return Err(Error::TranscodeUnsupported);
    }
    let invalid = |_| Error::TranscodeInvalid;
    let text = match (from, to) {
        (Utf8, Utf16le) => return Ok(to.to_bytes_lossy(utf8::decode(source).map_err(invalid)?)),
        (Utf16le, Utf8) => {
            // Half a unit at the end is dropped unless it is all there is; half a pair is not.
            let units = &source[..(source.len() & !1).max(1)];
            let mut bytes = Vec::with_capacity(units.len() / 2);
            utf16::decode_chunks(units, |chunk| bytes.extend_from_slice(chunk)).map_err(invalid)?;
            return Ok(bytes);
        }
        (Utf16le, Utf16le) => {
            let (units, half) = source.split_at(source.len() & !1);
            let mut text = from.to_text_lossy(units);
            // With half a pair before it, half a unit is the same mistake.
            if !half.is_empty() && units.last().is_none_or(|byte| byte & 0xfc != 0xd8) {
                text.push(REPLACEMENT_CHARACTER);
            }
            text
        }
        (Ascii | Latin1, Utf16le) => {
            let units = source.iter().map(|&byte| [byte, 0]);
            return Ok(units.collect::<Vec<_>>().into_flattened());
        }
        (Ascii, _) => {
            let text = Latin1.to_text_lossy(source);
            text.replace(|char: char| !char.is_ascii(), "\u{fffd}")
        }
        _ => from.to_text_lossy(source),
    };
    Ok(encode(&text, to))
}

/// Returns the bytes of `text`, with `?` for each character that `to` lacks.
pub(super) fn encode(text: &str, to: Encoding) -> Vec<u8> {
    match to {
        Latin1 | Ascii => latin1::encode_replacing(text, to),
        _ => to.to_bytes_lossy(text),
    }
}
