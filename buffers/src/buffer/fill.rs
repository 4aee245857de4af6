//! Filling with a byte, bytes or a text: `buf.fill(value, offset, end, encoding)`, `Buffer.alloc(size, fill)`.

use std::ops::{Bound, RangeBounds};

use crate::{Buffer, Encoding, Error, Inspect};

/// What to fill with; bytes and texts are repeated, and cut where the end is.
#[derive(Debug, Clone, Copy)]
pub enum Fill<'a> {
    /// One byte.
    Byte(u8),
    /// These bytes.
    Bytes(&'a [u8]),
    /// A text, as this encoding writes it. An empty text fills with zeros.
    Text(&'a str, Encoding),
}

impl From<u8> for Fill<'_> {
    fn from(byte: u8) -> Self {
        Self::Byte(byte)
    }
}

impl<'a> From<&'a [u8]> for Fill<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const LEN: usize> From<&'a [u8; LEN]> for Fill<'a> {
    fn from(bytes: &'a [u8; LEN]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Buffer> for Fill<'a> {
    fn from(buffer: &'a Buffer) -> Self {
        Self::Bytes(buffer)
    }
}

impl<'a> From<&'a str> for Fill<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text, Encoding::Utf8)
    }
}

impl<'a> From<(&'a str, Encoding)> for Fill<'a> {
    fn from((text, encoding): (&'a str, Encoding)) -> Self {
        Self::Text(text, encoding)
    }
}

/// Repeats `value` over `range` of `bytes`. A range that is empty or begins after its end changes nothing.
///
/// # Errors
///
/// [`Error::OutOfRange`] if the range ends past the end of `bytes`; [`Error::InvalidFill`] if the value has no bytes,
/// as `"zz"` in hex has none.
///
/// # Examples
///
/// ```
/// let mut bytes = *b"---------";
/// buffers::fill(&mut bytes, "xy", 2..7)?;
/// assert_eq!(&bytes, b"--xyxyx--");
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn fill<'a>(
    bytes: &mut [u8],
    value: impl Into<Fill<'a>>,
    range: impl RangeBounds<usize>,
) -> Result<(), Error> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => bytes.len(),
    };
    if end > bytes.len() {
        return Err(Error::out_of_range("end", bytes.len(), end));
    }
    if start >= end {
        return Ok(());
    }
    let target = &mut bytes[start..end];
    match value.into() {
        Fill::Byte(byte) => target.fill(byte),
        Fill::Text("", _) => target.fill(0),
        Fill::Bytes([]) => {
            return Err(Error::InvalidFill {
                received: Inspect::of(&[]).to_string(),
            });
        }
        Fill::Bytes(pattern) => repeat(target, pattern),
        Fill::Text(text, encoding) => match encoding.to_bytes_lossy(text).as_slice() {
            [] => {
                return Err(Error::InvalidFill {
                    received: format!("'{text}'"),
                });
            }
            pattern => repeat(target, pattern),
        },
    }
    Ok(())
}

/// Copies the pattern once, then what is there already: each step doubles it.
fn repeat(target: &mut [u8], pattern: &[u8]) {
    if let &[byte] = pattern {
        return target.fill(byte);
    }
    let mut done = pattern.len().min(target.len());
    target[..done].copy_from_slice(&pattern[..done]);
    while done < target.len() {
        // Only whole patterns may be repeated, and all that is done so far is whole.
        let step = done.min(target.len() - done);
        let (from, to) = target.split_at_mut(done);
        to[..step].copy_from_slice(&from[..step]);
        done += step;
    }
}
