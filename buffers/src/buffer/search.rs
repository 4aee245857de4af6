//! Finding bytes in bytes: `indexOf`, `lastIndexOf`, `includes`, with every rule that Node has for offset and end.
//!
//! In everyday Rust, `memchr::memmem` alone does it. These are for code that counts from the end, looks
//! for a text in some encoding, or must answer as Node does.

use memchr::{memchr, memmem, memrchr};

use crate::{Encoding, Pattern, kernels};

/// Returns where the first `needle` starts, at `offset` or after it; a negative offset counts from the end.
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
pub fn index_of<'a>(bytes: &[u8], needle: impl Into<Pattern<'a>>, offset: i64) -> Option<usize> {
    index_of_until(bytes, needle, offset, i64::MAX)
}

/// [`index_of`] in the bytes before `end`, the third argument of Node 24.21 and later; a negative one is 0.
///
/// # Examples
///
/// ```
/// let line = b"she sells sea shells";
///
/// assert_eq!(buffers::index_of_until(line, "she", 1, 17), Some(14));
/// assert_eq!(buffers::index_of_until(line, "she", 1, 16), None);
/// ```
pub fn index_of_until<'a>(
    bytes: &[u8],
    needle: impl Into<Pattern<'a>>,
    offset: i64,
    end: i64,
) -> Option<usize> {
    search(bytes, needle.into(), offset, end, Direction::Forward)
}

/// Returns where the last `needle` starts, at `offset` or before it; `None` searches everything.
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
    needle: impl Into<Pattern<'a>>,
    offset: impl Into<Option<i64>>,
) -> Option<usize> {
    last_index_of_until(bytes, needle, offset, i64::MAX)
}

/// [`last_index_of`] in the bytes before `end`, as [`index_of_until`].
pub fn last_index_of_until<'a>(
    bytes: &[u8],
    needle: impl Into<Pattern<'a>>,
    offset: impl Into<Option<i64>>,
    end: i64,
) -> Option<usize> {
    let offset = offset.into().unwrap_or(bytes.len() as i64);
    search(bytes, needle.into(), offset, end, Direction::Backward)
}

/// Returns whether `needle` occurs at `offset` or after it.
///
/// # Examples
///
/// ```
/// assert!(buffers::includes(b"she sells sea shells", "sea", 0));
/// ```
pub fn includes<'a>(bytes: &[u8], needle: impl Into<Pattern<'a>>, offset: i64) -> bool {
    index_of(bytes, needle, offset).is_some()
}

/// [`includes`] in the bytes before `end`, as [`index_of_until`].
pub fn includes_until<'a>(
    bytes: &[u8],
    needle: impl Into<Pattern<'a>>,
    offset: i64,
    end: i64,
) -> bool {
    index_of_until(bytes, needle, offset, end).is_some()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

fn search(
    bytes: &[u8],
    needle: Pattern<'_>,
    offset: i64,
    end: i64,
    direction: Direction,
) -> Option<usize> {
    let pattern = needle.encoded();
    // UTF-16: half a unit at the end is not searched. Where the offset counts from the end, a text leaves it out, bytes do not.
    let (width, len) = match needle {
        Pattern::Text(_, Encoding::Utf16le) => (2, bytes.len() & !1),
        Pattern::Units(_) => (2, bytes.len()),
        _ => (1, bytes.len()),
    };
    let start = start(len, pattern.len(), offset, direction)?;
    let end = usize::try_from(end.max(0)).map_or(bytes.len(), |end| end.min(bytes.len()));
    let bytes = &bytes[..end - end % width];
    if pattern.is_empty() {
        return Some(start.min(bytes.len()));
    }
    let is_past = direction == Direction::Forward && start + pattern.len() > bytes.len();
    if pattern.len() > bytes.len() || is_past {
        return None;
    }
    // An odd offset is rounded down, as Node does; so a hit may lie one byte before it.
    let start = start - start % width;
    let pattern = &pattern[..pattern.len() - pattern.len() % width];
    let (start, end) = match direction {
        Direction::Forward => (start, bytes.len()),
        Direction::Backward => (0, bytes.len().min(start + pattern.len())),
    };
    let find = if width == 1 { find } else { find_units };
    find(&bytes[start..end], pattern, direction).map(|position| start + position)
}

/// Returns where the search begins, or `None` if there is nothing to search.
fn start(len: usize, needle: usize, offset: i64, direction: Direction) -> Option<usize> {
    let forward = direction == Direction::Forward;
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

/// Hits at odd positions before [`find_units`] takes another way.
const MAX_FALSE_HITS: usize = 64;

/// Finds whole units of UTF-16: at even positions only.
fn find_units(bytes: &[u8], needle: &[u8], direction: Direction) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    let (mut start, mut end) = (0, bytes.len());
    for _ in 0..MAX_FALSE_HITS {
        let position = start + find(&bytes[start..end], needle, direction)?;
        match direction {
            _ if position.is_multiple_of(2) => return Some(position),
            Direction::Forward => start = position + 1,
            Direction::Backward => end = position + needle.len() - 1,
        }
    }
    // Four bytes of UTF-8 for each unit: those are found at their starts alone, and the time stays linear.
    let widen = |bytes: &[u8]| -> String {
        let pairs = bytes.as_chunks().0.iter();
        let chars = pairs.map(|&pair| 0x1_0000 + u32::from(u16::from_le_bytes(pair)));
        chars.filter_map(char::from_u32).collect()
    };
    let (bytes, needle) = (widen(&bytes[start..end]), widen(needle));
    let found = find(bytes.as_bytes(), needle.as_bytes(), direction);
    found.map(|position| start + position / 2)
}

fn find(bytes: &[u8], needle: &[u8], direction: Direction) -> Option<usize> {
    match (direction, needle) {
        (Direction::Forward, [byte]) => {
            let start = kernels::skip_without(bytes, *byte).unwrap_or(0);
            memchr(*byte, &bytes[start..]).map(|position| start + position)
        }
        (Direction::Forward, _) => memmem::find(bytes, needle),
        (Direction::Backward, [byte]) => memrchr(*byte, bytes),
        // `memmem::rfind` has no SIMD, so it searches only what our own search leaves.
        (Direction::Backward, _) => match kernels::rfind(bytes, needle) {
            Some(Ok(position)) => Some(position),
            Some(Err(left)) => memmem::rfind(&bytes[..left], needle),
            None => memmem::rfind(bytes, needle),
        },
    }
}
