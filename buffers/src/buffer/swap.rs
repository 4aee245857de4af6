//! Reversing the bytes in each group of two, four or eight: `swap16`, `swap32`, `swap64`.

use crate::{Error, kernels};

/// Swaps the bytes in each pair, in place: UTF-16 from one byte order to the other.
///
/// # Errors
///
/// [`Error::InvalidSize`] if a pair is not whole; nothing is changed then.
///
/// # Examples
///
/// ```
/// let mut bytes = [1, 2, 3, 4];
/// buffers::swap16(&mut bytes)?;
/// assert_eq!(bytes, [2, 1, 4, 3]);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn swap16(bytes: &mut [u8]) -> Result<(), Error> {
    swap::<2>(bytes)
}

/// Reverses each group of four, in place.
///
/// # Errors
///
/// [`Error::InvalidSize`] if a group is not whole; nothing is changed then.
pub fn swap32(bytes: &mut [u8]) -> Result<(), Error> {
    swap::<4>(bytes)
}

/// Reverses each group of eight, in place.
///
/// # Errors
///
/// [`Error::InvalidSize`] if a group is not whole; nothing is changed then.
pub fn swap64(bytes: &mut [u8]) -> Result<(), Error> {
    swap::<8>(bytes)
}

fn swap<const WIDTH: usize>(bytes: &mut [u8]) -> Result<(), Error> {
    if !bytes.len().is_multiple_of(WIDTH) {
        return Err(Error::InvalidSize { bits: 8 * WIDTH });
    }
    let done = kernels::swap::<WIDTH>(bytes).unwrap_or(0);
    for group in bytes[done..].as_chunks_mut::<WIDTH>().0 {
        group.reverse();
    }
    Ok(())
}
