//! Numbers of one to eight bytes at an offset: `buf.readUInt32LE(offset)`, `buf.writeIntBE(value, offset, width)` and all their siblings.
//!
//! One method reads and one writes: the type says width and sign, the second argument the byte order.
//! Node throws when the offset is past the end. Here that is a value, and the compiler asks what to do
//! with it. That a value fits its width is the type's business too, but for 3, 5 and 6 bytes.

use crate::Error;
use crate::error::grouped;

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
    /// The number in the first [`Self::WIDTH`] bytes, little endian.
    #[doc(hidden)]
    fn from_little(bytes: [u8; 8]) -> Self;
    /// Its bytes, little endian, in front.
    #[doc(hidden)]
    fn to_little(self) -> [u8; 8];
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            const WIDTH: usize = size_of::<Self>();

            fn from_little(bytes: [u8; 8]) -> Self {
                let (number, _) = bytes.split_first_chunk().expect("no number has more than 8 bytes");
                Self::from_le_bytes(*number)
            }

            fn to_little(self) -> [u8; 8] {
                let mut bytes = [0; 8];
                bytes[..Self::WIDTH].copy_from_slice(&self.to_le_bytes());
                bytes
            }
        }
    )*};
}

numbers!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

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
    let mut little = [0; 8];
    let field = field(bytes, offset, T::WIDTH)?;
    little[..T::WIDTH].copy_from_slice(field);
    if endian == Endian::Big {
        little[..T::WIDTH].reverse();
    }
    Ok(T::from_little(little))
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
    let field = field_mut(bytes, offset, T::WIDTH)?;
    field.copy_from_slice(&value.to_little()[..T::WIDTH]);
    if endian == Endian::Big {
        field.reverse();
    }
    Ok(offset + T::WIDTH)
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
    let mut little = [0; 8];
    little[..width].copy_from_slice(field(bytes, offset, width)?);
    if endian == Endian::Big {
        little[..width].reverse();
    }
    Ok(u64::from_le_bytes(little))
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
    let bits = 8 * width;
    if value >> bits != 0 {
        let allowed = if bits > 32 {
            format!(">= 0 and < 2 ** {bits}")
        } else {
            format!(">= 0 and <= {}", (1_u64 << bits) - 1)
        };
        return Err(Error::OutOfRange {
            name: "value",
            allowed,
            received: grouped(value.into()),
        });
    }
    write_little(bytes, value, offset, width, endian)
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
    let (bits, limit) = (8 * width - 1, 1_i64 << (8 * width - 1));
    if value < -limit || value >= limit {
        let allowed = if bits > 31 {
            format!(">= -(2 ** {bits}) and < 2 ** {bits}")
        } else {
            format!(">= -{limit} and <= {}", limit - 1)
        };
        return Err(Error::OutOfRange {
            name: "value",
            allowed,
            received: grouped(value.into()),
        });
    }
    write_little(bytes, value.cast_unsigned(), offset, width, endian)
}

fn write_little(
    bytes: &mut [u8],
    value: u64,
    offset: usize,
    width: usize,
    endian: Endian,
) -> Result<usize, Error> {
    let field = field_mut(bytes, offset, width)?;
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
    Err(Error::OutOfRange {
        name: "byteLength",
        allowed: ">= 1 and <= 6".to_owned(),
        received: grouped(width as i128),
    })
}

#[inline]
fn field(bytes: &[u8], offset: usize, width: usize) -> Result<&[u8], Error> {
    // Cutting twice cannot overflow; `offset + width` can.
    let tail = bytes.get(offset..).unwrap_or_default();
    tail.get(..width)
        .ok_or_else(|| past_the_end(bytes.len(), offset, width))
}

#[inline]
fn field_mut(bytes: &mut [u8], offset: usize, width: usize) -> Result<&mut [u8], Error> {
    let len = bytes.len();
    let tail = bytes.get_mut(offset..).unwrap_or_default();
    tail.get_mut(..width)
        .ok_or_else(|| past_the_end(len, offset, width))
}

#[cold]
fn past_the_end(len: usize, offset: usize, width: usize) -> Error {
    match len.checked_sub(width) {
        None => Error::OutOfBounds,
        Some(last) => Error::OutOfRange {
            name: "offset",
            allowed: format!(">= 0 and <= {last}"),
            received: grouped(offset as i128),
        },
    }
}
