//! Parts of bytes, and bytes from parts: `subarray`, `copy`, `compare`, `concat`, with Node's rules for indexes outside.
//!
//! Node's `subarray` shares memory, and any number of views may write to it. Here that is a borrow: many
//! may read, or one may write (`split_at_mut` makes two of one). What is no longer written can have several owners
//! as `bytes::Bytes`.

use std::cmp::Ordering;
use std::ops::Range;

use crate::Error;

/// Returns the range that `subarray(start, end)` means in `len` bytes: negative numbers count from the end, and the range is cut to the bytes that exist.
///
/// # Examples
///
/// ```
/// let bytes = b"abcdefghij";
///
/// assert_eq!(&bytes[buffers::range(bytes.len(), -3, None)], b"hij");
/// assert_eq!(&bytes[buffers::range(bytes.len(), 3, -3)], b"defg");
/// assert_eq!(&bytes[buffers::range(bytes.len(), 7, 2)], b"");
/// ```
pub fn range(len: usize, start: i64, end: impl Into<Option<i64>>) -> Range<usize> {
    let place = |index: i64| match usize::try_from(index) {
        Ok(index) => index.min(len),
        Err(_) => len.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let start = place(start);
    start..end.into().map_or(len, place).max(start)
}

/// Copies `source[range]` to `target` from `start` on, as much as there is room for, and returns how many bytes that was.
///
/// A copy within one slice is `copy_within` of the standard library.
///
/// # Errors
///
/// [`Error::OutOfRange`] if the range starts past the end of `source`. One that ends there is cut.
///
/// # Examples
///
/// ```
/// let mut target = *b"........";
/// assert_eq!(buffers::copy(b"abcdef", 2..5, &mut target, 1)?, 3);
/// assert_eq!(&target, b".cde....");
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn copy(
    source: &[u8],
    range: Range<usize>,
    target: &mut [u8],
    start: usize,
) -> Result<usize, Error> {
    let range = copied(source.len(), range, target.len().saturating_sub(start))?;
    let len = range.len();
    if len > 0 {
        target[start..start + len].copy_from_slice(&source[range]);
    }
    Ok(len)
}

/// [`copy`] within `bytes`, where source and target may overlap.
///
/// # Errors
///
/// As [`copy`].
pub fn copy_within(bytes: &mut [u8], range: Range<usize>, start: usize) -> Result<usize, Error> {
    let range = copied(bytes.len(), range, bytes.len().saturating_sub(start))?;
    let len = range.len();
    if len > 0 {
        bytes.copy_within(range, start);
    }
    Ok(len)
}

fn copied(len: usize, range: Range<usize>, room: usize) -> Result<Range<usize>, Error> {
    if range.start > len {
        return Err(Error::out_of_range("sourceStart", len, range.start));
    }
    let end = range.end.min(len).min(range.start.saturating_add(room));
    Ok(range.start..end.max(range.start))
}

/// Compares `source[source_range]` with `target[target_range]`: `buf.compare` with all its arguments. Without them, `cmp` does.
///
/// # Errors
///
/// [`Error::OutOfRange`] if a range ends past the end. One that begins after its end is empty.
///
/// # Examples
///
/// ```
/// use std::cmp::Ordering;
///
/// assert_eq!(buffers::compare(b"mississippi", 0..4, b"missouri", 0..4)?, Ordering::Equal);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn compare(
    source: &[u8],
    source_range: Range<usize>,
    target: &[u8],
    target_range: Range<usize>,
) -> Result<Ordering, Error> {
    let target = part(target, target_range, "targetEnd")?;
    let source = part(source, source_range, "sourceEnd")?;
    Ok(source.cmp(target))
}

fn part<'a>(bytes: &'a [u8], range: Range<usize>, name: &'static str) -> Result<&'a [u8], Error> {
    if range.end > bytes.len() {
        return Err(Error::out_of_range(name, bytes.len(), range.end));
    }
    Ok(bytes.get(range).unwrap_or_default())
}

/// Joins `list` in one allocation, cut or filled with zeros to `total` bytes if that is given: `Buffer.concat`.
///
/// # Examples
///
/// ```
/// assert_eq!(buffers::concat(["con", "cat"], None), b"concat");
/// assert_eq!(buffers::concat([b"con", b"cat"], 4), b"conc");
/// ```
///
/// # Panics
///
/// If there is no memory for `total` bytes.
pub fn concat<T: AsRef<[u8]>>(
    list: impl IntoIterator<Item = T> + Clone,
    total: impl Into<Option<usize>>,
) -> Vec<u8> {
    if list.clone().into_iter().next().is_none() {
        return Vec::new();
    }
    let lens = list.clone().into_iter().map(|part| part.as_ref().len());
    let total = total.into().unwrap_or_else(|| lens.sum());
    let mut all = Vec::with_capacity(total);
    for part in list {
        let part = part.as_ref();
        all.extend_from_slice(&part[..part.len().min(total - all.len())]);
    }
    all.resize(total, 0);
    all
}
