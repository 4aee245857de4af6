//! Finding bytes in bytes: `indexOf`, `lastIndexOf`, `includes`, with every rule that Node has for the offset.
//!
//! In everyday Rust, `memchr::memmem` alone does it. These are for code that counts from the end, looks
//! for a string in some encoding, or must answer as Node does.

use memchr::{memchr, memmem, memrchr};

use crate::{Buffer, Encoding, simd};

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub enum Needle<'a> {
    /// One byte.
    Byte(u8),
    /// These bytes.
    Bytes(&'a [u8]),
    /// These bytes, at even offsets only: how Node looks for anything with `'utf16le'`.
    Units(&'a [u8]),
    /// A text, as this encoding writes it.
    Text(&'a str, Encoding),
}

impl From<u8> for Needle<'_> {
    fn from(byte: u8) -> Self {
        Self::Byte(byte)
    }
}

impl<'a> From<&'a [u8]> for Needle<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const LEN: usize> From<&'a [u8; LEN]> for Needle<'a> {
    fn from(bytes: &'a [u8; LEN]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Buffer> for Needle<'a> {
    fn from(buffer: &'a Buffer) -> Self {
        Self::Bytes(buffer)
    }
}

impl<'a> From<&'a str> for Needle<'a> {
    fn from(text: &'a str) -> Self {
        Self::Bytes(text.as_bytes())
    }
}

impl<'a> From<(&'a str, Encoding)> for Needle<'a> {
    fn from((text, encoding): (&'a str, Encoding)) -> Self {
        Self::Text(text, encoding)
    }
}

/// Where the first `needle` starts at `offset` or after it; a negative offset counts from the end.
///
/// An empty needle is found where the search begins. Follows `buf.indexOf` of <https://nodejs.org/api/buffer.html>.
///
/// # Examples
///
/// ```
/// let line = b"she sells sea shells";
///
/// assert_eq!(buffers::index_of(line, "she", 0), Some(0));
/// assert_eq!(buffers::index_of(line, "she", 1), Some(14));
/// assert_eq!(buffers::index_of(line, "she", -6), Some(14));
/// assert_eq!(buffers::index_of(line, b's', 9), Some(10));
/// ```
pub fn index_of<'a>(bytes: &[u8], needle: impl Into<Needle<'a>>, offset: i64) -> Option<usize> {
    search(bytes, needle.into(), offset, true)
}

/// Where the last `needle` starts at `offset` or before it; `None` searches everything.
///
/// # Examples
///
/// ```
/// let line = b"she sells sea shells";
///
/// assert_eq!(buffers::last_index_of(line, "she", None), Some(14));
/// assert_eq!(buffers::last_index_of(line, "she", 13), Some(0));
/// assert_eq!(buffers::last_index_of(line, "e", 1), None);
/// ```
pub fn last_index_of<'a>(
    bytes: &[u8],
    needle: impl Into<Needle<'a>>,
    offset: impl Into<Option<i64>>,
) -> Option<usize> {
    search(
        bytes,
        needle.into(),
        offset.into().unwrap_or(bytes.len() as i64),
        false,
    )
}

/// Whether `needle` occurs at `offset` or after it.
///
/// # Examples
///
/// ```
/// assert!(buffers::includes(b"she sells sea shells", "sea", 0));
/// ```
pub fn includes<'a>(bytes: &[u8], needle: impl Into<Needle<'a>>, offset: i64) -> bool {
    index_of(bytes, needle, offset).is_some()
}

fn search(bytes: &[u8], needle: Needle<'_>, offset: i64, forward: bool) -> Option<usize> {
    let encoded;
    let (needle, width) = match needle {
        Needle::Byte(ref byte) => (std::slice::from_ref(byte), 1),
        Needle::Bytes(needle) => (needle, 1),
        Needle::Units(needle) => (needle, 2),
        Needle::Text(text, encoding) => {
            encoded = encoding.to_bytes_lossy(text);
            (
                &encoded[..],
                if encoding == Encoding::Utf16le { 2 } else { 1 },
            )
        }
    };
    // Units: half of one at the end is not there, for the offsets neither.
    let bytes = &bytes[..bytes.len() - bytes.len() % width];
    let start = start(bytes.len(), needle.len(), offset, forward)?;
    if needle.is_empty() {
        return Some(start);
    }
    if needle.len() > bytes.len() || (forward && start + needle.len() > bytes.len()) {
        return None;
    }
    match (width, forward) {
        (1, true) => first(&bytes[start..], needle).map(|place| start + place),
        (1, false) => last(&bytes[..bytes.len().min(start + needle.len())], needle),
        // An odd offset is rounded down, as Node does; so a hit may lie one byte before it.
        (_, true) => even(bytes, needle, (start & !1..=bytes.len()).step_by(2)),
        (_, false) => even(bytes, needle, (0..=start & !1).rev().step_by(2)),
    }
}

/// Where the search begins, or that there is nothing to search.
fn start(len: usize, needle: usize, offset: i64, forward: bool) -> Option<usize> {
    if offset < 0 {
        let from_end = len.checked_add_signed(isize::try_from(offset).unwrap_or(isize::MIN));
        return from_end.or((forward || needle == 0).then_some(0));
    }
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    match offset.checked_add(needle) {
        Some(end) if end <= len => Some(offset),
        _ if needle == 0 => Some(len),
        _ if forward => None,
        _ => len.checked_sub(1),
    }
}

fn first(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => memchr(*byte, bytes),
        _ => memmem::find(bytes, needle),
    }
}

/// `memmem::rfind` has no SIMD; it is for what our own search gives up.
fn last(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [byte] => memrchr(*byte, bytes),
        _ => match simd::rfind(bytes, needle) {
            Some(Ok(found)) => found,
            Some(Err(left)) => memmem::rfind(&bytes[..left], needle),
            None => memmem::rfind(bytes, needle),
        },
    }
}

fn even(bytes: &[u8], needle: &[u8], mut places: impl Iterator<Item = usize>) -> Option<usize> {
    if needle.len() < 2 {
        return None;
    }
    let needle = &needle[..needle.len() & !1];
    places.find(|&place| {
        bytes
            .get(place..)
            .is_some_and(|tail| tail.starts_with(needle))
    })
}
