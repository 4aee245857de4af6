//! Numbers of one to eight bytes at an offset: `buf.readUInt32LE(offset)`, `buf.writeIntBE(value, offset, width)` and all their siblings.
//!
//! One method reads and one writes: the type says width and sign, the second argument the byte order.
//! Node throws when the offset is past the end. Here that is a value, and the compiler asks what to do
//! with it. A value always fits its type; it is checked for widths that have none, as 3, 5 and 6 bytes.

use std::convert::identity;

use crate::error::Error;

/// The order of a number's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    /// The least significant byte first: `LE`.
    Little,
    /// The most significant byte first: `BE`, as on the network.
    Big,
}

/// A number with a fixed width: the integers and floats of 1 to 8 bytes.
pub trait Number: Copy {
    /// How many bytes it takes.
    const WIDTH: usize;
    /// Returns the number at the start of `bytes`, if all of it is there.
    #[doc(hidden)]
    fn first(bytes: &[u8], endian: Endian) -> Option<Self>;
    /// Puts the number at the start of `bytes`, if there is room.
    #[doc(hidden)]
    fn put(self, bytes: &mut [u8], endian: Endian) -> Option<()>;
}

/// Writes the trait for each type; `$written` returns the value that is stored.
macro_rules! numbers {
    ($($type:ty: $written:expr),*) => {$(
        impl Number for $type {
            const WIDTH: usize = size_of::<Self>();

            #[inline]
            fn first(bytes: &[u8], endian: Endian) -> Option<Self> {
                let field = *bytes.first_chunk()?;
                Some(match endian {
                    Endian::Little => Self::from_le_bytes(field),
                    Endian::Big => Self::from_be_bytes(field),
                })
            }

            #[inline]
            fn put(self, bytes: &mut [u8], endian: Endian) -> Option<()> {
                let number = $written(self);
                *bytes.first_chunk_mut()? = match endian {
                    Endian::Little => number.to_le_bytes(),
                    Endian::Big => number.to_be_bytes(),
                };
                Some(())
            }
        }
    )*};
}

numbers!(
    u8: identity, i8: identity, u16: identity, i16: identity, u32: identity, i32: identity,
    u64: identity, i64: identity,
    // Node has a single NaN.
    f32: |value: f32| if value.is_nan() { f32::from_bits(0x7fc0_0000) } else { value },
    f64: |value: f64| if value.is_nan() { f64::from_bits(0x7ff8_0000_0000_0000) } else { value }
);

/// Reads the number that starts `offset` bytes into `bytes`.
///
/// # Errors
///
/// [`Error::OutOfBounds`] if `bytes` is shorter than the number, otherwise [`Error::OutOfRange`] unless all of it lies inside.
///
/// # Examples
///
/// ```
/// use buffers::Endian::{Big, Little};
///
/// assert_eq!(buffers::read::<u32>(&[0, 0x78, 0x56, 0x34, 0x12], 1, Little)?, 0x1234_5678);
/// assert_eq!(buffers::read::<i16>(&[0xff, 0xfe], 0, Big)?, -2);
/// # Ok::<(), buffers::Error>(())
/// ```
#[inline]
pub fn read<T: Number>(bytes: &[u8], offset: usize, endian: Endian) -> Result<T, Error> {
    offset
        .checked_add(T::WIDTH)
        .and_then(|end| T::first(bytes.get(offset..end)?, endian))
        .ok_or_else(|| past_the_end(bytes.len(), offset, T::WIDTH))
}

/// Writes `value` from `offset` on and returns the offset after it.
///
/// # Errors
///
/// As [`read`]; nothing is written then.
///
/// # Examples
///
/// ```
/// let mut header = [0; 3];
/// let offset = buffers::write(&mut header, 7_u8, 0, buffers::Endian::Big)?;
/// buffers::write(&mut header, 0xcafe_u16, offset, buffers::Endian::Big)?;
/// assert_eq!(header, [7, 0xca, 0xfe]);
/// # Ok::<(), buffers::Error>(())
/// ```
#[inline]
pub fn write<T: Number>(
    bytes: &mut [u8],
    value: T,
    offset: usize,
    endian: Endian,
) -> Result<usize, Error> {
    let len = bytes.len();
    offset
        .checked_add(T::WIDTH)
        .and_then(|end| {
            value.put(bytes.get_mut(offset..end)?, endian)?;
            Some(end)
        })
        .ok_or_else(|| past_the_end(len, offset, T::WIDTH))
}

/// Reads an unsigned integer of `width` bytes, 1 to 6: `readUIntLE`, `readUIntBE`.
///
/// # Errors
///
/// As [`read`], and [`Error::OutOfRange`] for another width.
///
/// # Examples
///
/// ```
/// assert_eq!(buffers::read_uint(&[1, 2, 3], 0, 3, buffers::Endian::Big)?, 0x01_02_03);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn read_uint(bytes: &[u8], offset: usize, width: usize, endian: Endian) -> Result<u64, Error> {
    check_width(width)?;
    let field = bytes.get(offset..).and_then(|tail| tail.get(..width));
    let field = field.ok_or_else(|| past_the_end(bytes.len(), offset, width))?;
    let push = |number, &byte| number << 8 | u64::from(byte);
    Ok(match endian {
        Endian::Little => field.iter().rev().fold(0, push),
        Endian::Big => field.iter().fold(0, push),
    })
}

/// Reads a signed integer of `width` bytes, 1 to 6: `readIntLE`, `readIntBE`.
///
/// # Errors
///
/// As [`read_uint`].
///
/// # Examples
///
/// ```
/// assert_eq!(buffers::read_int(&[0xff, 0xff, 0xfe], 0, 3, buffers::Endian::Big)?, -2);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn read_int(bytes: &[u8], offset: usize, width: usize, endian: Endian) -> Result<i64, Error> {
    let unsigned = read_uint(bytes, offset, width, endian)?;
    // The sign is moved to the top and spreads on the way back.
    let shift = 64 - 8 * width;
    Ok((unsigned << shift).cast_signed() >> shift)
}

/// Writes an unsigned integer into `width` bytes, 1 to 6, and returns the offset after it.
///
/// # Errors
///
/// [`Error::OutOfRange`] for another width, a value that does not fit, or a place that is not inside; nothing is written then.
///
/// # Examples
///
/// ```
/// let mut bytes = [0; 3];
/// assert_eq!(buffers::write_uint(&mut bytes, 0x01_02_03, 0, 3, buffers::Endian::Little)?, 3);
/// assert_eq!(bytes, [3, 2, 1]);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn write_uint(
    bytes: &mut [u8],
    value: u64,
    offset: usize,
    width: usize,
    endian: Endian,
) -> Result<usize, Error> {
    check_width(width)?;
    check_value(value.into(), 8 * width, 0)?;
    write_low_bytes(bytes, value, offset, width, endian)
}

/// Writes a signed integer into `width` bytes, 1 to 6, and returns the offset after it.
///
/// # Errors
///
/// As [`write_uint`].
///
/// # Examples
///
/// ```
/// let mut bytes = [0; 3];
/// buffers::write_int(&mut bytes, -2, 0, 3, buffers::Endian::Big)?;
/// assert_eq!(bytes, [0xff, 0xff, 0xfe]);
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn write_int(
    bytes: &mut [u8],
    value: i64,
    offset: usize,
    width: usize,
    endian: Endian,
) -> Result<usize, Error> {
    check_width(width)?;
    let bits = 8 * width - 1;
    check_value(value.into(), bits, -(1 << bits))?;
    write_low_bytes(bytes, value.cast_unsigned(), offset, width, endian)
}

/// Refuses what is not in `low..2 ** bits`.
fn check_value(value: i128, bits: usize, low: i128) -> Result<(), Error> {
    let limit = 1 << bits;
    if (low..limit).contains(&value) {
        return Ok(());
    }
    let allowed = match (bits > 32, low) {
        (false, _) => format!(">= {low} and <= {}", limit - 1),
        (true, 0) => format!(">= 0 and < 2 ** {bits}"),
        (true, _) => format!(">= -(2 ** {bits}) and < 2 ** {bits}"),
    };
    Err(Error::not_allowed("value", allowed, value))
}

fn write_low_bytes(
    bytes: &mut [u8],
    value: u64,
    offset: usize,
    width: usize,
    endian: Endian,
) -> Result<usize, Error> {
    let len = bytes.len();
    let tail = bytes.get_mut(offset..).unwrap_or_default();
    let field = tail.get_mut(..width);
    let field = field.ok_or_else(|| past_the_end(len, offset, width))?;
    field.copy_from_slice(&value.to_le_bytes()[..width]);
    if endian == Endian::Big {
        field.reverse();
    }
    Ok(offset + width)
}

fn check_width(width: usize) -> Result<(), Error> {
    if (1..=6).contains(&width) {
        return Ok(());
    }
    let allowed = ">= 1 and <= 6".to_owned();
    Err(Error::not_allowed("byteLength", allowed, width as i128))
}

#[cold]
fn past_the_end(len: usize, offset: usize, width: usize) -> Error {
    let Some(last) = len.checked_sub(width) else {
        return Error::OutOfBounds;
    };
    Error::not_allowed("offset", format!(">= 0 and <= {last}"), offset as i128)
}
