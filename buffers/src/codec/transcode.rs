//! Bytes of one encoding to bytes of another: `buffer.transcode(source, from, to)`.
//!
//! Between UTF-8 and UTF-16 Node is strict; towards Latin-1 and ASCII it puts `?`, elsewhere U+FFFD.

use super::{utf8, utf16};
use crate::Encoding::{Ascii, Latin1, Utf8, Utf16le};
use crate::{Encoding, Error};

/// The text of `source` in another encoding.
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
    let invalid = |_| Error::TranscodeInvalid;
    let text = match from {
        Utf8 if to == Utf16le => {
            return Ok(to.to_bytes_lossy(utf8::decode(source).map_err(invalid)?));
        }
        Utf16le if to == Utf8 => {
            // Half a unit at the end is dropped; half a pair is not.
            let units = &source[..source.len() & !1];
            let mut bytes = Vec::with_capacity(units.len() / 2);
            utf16::decode_pieces(units, |piece| bytes.extend_from_slice(piece)).map_err(invalid)?;
            return Ok(bytes);
        }
        Ascii if to != Utf16le => source
            .iter()
            .map(|&byte| {
                if byte.is_ascii() {
                    char::from(byte)
                } else {
                    char::REPLACEMENT_CHARACTER
                }
            })
            .collect(),
        Ascii => Latin1.to_text_lossy(source),
        Utf8 | Utf16le | Latin1 => from.to_text_lossy(source),
        _ => return Err(Error::TranscodeUnsupported),
    };
    let narrow = |last: u32| {
        text.chars()
            .map(|character| {
                if u32::from(character) <= last {
                    character as u8
                } else {
                    b'?'
                }
            })
            .collect()
    };
    Ok(match to {
        Utf8 => text.into_bytes(),
        Utf16le => to.to_bytes_lossy(&text),
        Latin1 => narrow(0xff),
        Ascii => narrow(0x7f),
        _ => return Err(Error::TranscodeUnsupported),
    })
}
