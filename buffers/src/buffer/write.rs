//! Writing text into bytes that are there already: `buf.write(text, offset, length, encoding)`.

use crate::{Encoding, Error};

/// Writes as much of `text` as fits into `bytes` from `offset` on, at most `length` bytes, and returns how many were written.
///
/// A character is written whole or not at all; half a surrogate pair of UTF-16 counts as whole, as in Node.
///
/// # Errors
///
/// [`Error::OutOfRange`] if `offset` or `length` is more than there are bytes.
///
/// # Examples
///
/// ```
/// use buffers::{Encoding, write_text};
///
/// let mut bytes = [0; 4];
/// assert_eq!(write_text(&mut bytes, "a€€", 0, None, Encoding::Utf8)?, 4);
/// assert_eq!(&bytes, "a€".as_bytes());
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn write_text(
    bytes: &mut [u8],
    text: &str,
    offset: usize,
    length: impl Into<Option<usize>>,
    encoding: Encoding,
) -> Result<usize, Error> {
    let len = bytes.len();
    if offset > len {
        return Err(Error::out_of_range("offset", len, offset));
    }
    let length = length.into();
    if let Some(length) = length.filter(|&length| length > len) {
        return Err(Error::out_of_range("length", len, length));
    }
    let room = length.unwrap_or(len).min(len - offset);
    let source = encoding.to_bytes_lossy(text);
    let written = match encoding {
        Encoding::Utf8 => (0..=room.min(text.len()))
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or_default(),
        Encoding::Utf16le => room.min(source.len()) & !1,
        _ => room.min(source.len()),
    };
    bytes[offset..offset + written].copy_from_slice(&source[..written]);
    Ok(written)
}
