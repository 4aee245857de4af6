//! Filling with a byte, bytes or a text: `buf.fill(value, offset, end, encoding)`, `Buffer.alloc(size, fill)`.

use std::ops::{Bound, RangeBounds};

use super::inspect::inspect_text;
use crate::{Error, Inspect, Pattern};

/// Repeats `value` over `range` of `bytes`, cut where the range ends. A range that is empty or begins after its end
/// changes nothing; an empty text fills with zeros.
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
    value: impl Into<Pattern<'a>>,
    range: impl RangeBounds<usize>,
) -> Result<(), Error> {
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => bytes.len(),
    };
    if end > bytes.len() {
        return Err(Error::out_of_range("end", bytes.len(), end));
    }
    // A range that begins after its end is empty.
    let target = bytes.get_mut((range.start_bound().cloned(), Bound::Excluded(end)));
    let target = target.unwrap_or_default();
    if target.is_empty() {
        return Ok(());
    }
    let value = value.into();
    match (&*value.encoded(), value) {
        ([], Pattern::Text("", _)) => target.fill(0),
        ([], Pattern::Text(text, _)) => return Err(Error::InvalidFill(inspect_text(text))),
        ([], _) => return Err(Error::InvalidFill(Inspect::of(&[]).to_string())),
        (pattern, _) => repeat(target, pattern),
    }
    Ok(())
}

/// Copies the pattern once, then doubles the filled part in each step.
fn repeat(target: &mut [u8], pattern: &[u8]) {
    if let &[byte] = pattern {
        return target.fill(byte);
    }
    let mut done = pattern.len().min(target.len());
    target[..done].copy_from_slice(&pattern[..done]);
    while done < target.len() {
        // The filled part is whole patterns, so a copy of its start continues it.
        let step = done.min(target.len() - done);
        let (from, to) = target.split_at_mut(done);
        to[..step].copy_from_slice(&from[..step]);
        done += step;
    }
}
