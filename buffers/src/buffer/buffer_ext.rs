//! Node's methods on any bytes: `bytes.index_of("x", 0)` for an array, a `Vec`, a part of either, or a [`Buffer`](crate::Buffer).
//!
//! Each calls the function of its name. Where the standard library has the method (`copy_within`, `starts_with`, `==`, `cmp`), it stays that.

use std::ops::RangeBounds;

use crate::{Encoding, Endian, Error, Fill, Inspect, Needle, Number};

/// The methods of a Buffer, for bytes that are somebody else's.
///
/// # Examples
///
/// ```
/// use buffers::{BufferExt, Encoding, Endian};
///
/// let mut bytes = *b"she sells";
/// assert_eq!(bytes.index_of("se", 0), Some(4));
/// assert_eq!(bytes.read::<u16>(0, Endian::Big)?, 0x7368);
/// assert_eq!(bytes[..3].to_text(Encoding::Hex), "736865");
/// bytes.fill_part("-", ..4)?;
/// assert_eq!(&bytes, b"----sells");
/// # Ok::<(), buffers::Error>(())
/// ```
pub trait BufferExt {
    /// As [`crate::index_of`].
    fn index_of<'a>(&self, needle: impl Into<Needle<'a>>, offset: i64) -> Option<usize>;

    /// As [`crate::last_index_of`].
    fn last_index_of<'a>(
        &self,
        needle: impl Into<Needle<'a>>,
        offset: impl Into<Option<i64>>,
    ) -> Option<usize>;

    /// As [`crate::includes`].
    fn includes<'a>(&self, needle: impl Into<Needle<'a>>, offset: i64) -> bool;

    /// As [`crate::read`].
    ///
    /// # Errors
    ///
    /// As [`crate::read`].
    fn read<T: Number>(&self, offset: usize, endian: Endian) -> Result<T, Error>;

    /// As [`crate::write()`].
    ///
    /// # Errors
    ///
    /// As [`crate::write()`].
    fn write<T: Number>(&mut self, value: T, offset: usize, endian: Endian)
    -> Result<usize, Error>;

    /// As [`crate::fill()`], whose name the standard library has taken.
    ///
    /// # Errors
    ///
    /// As [`crate::fill()`].
    fn fill_part<'a>(
        &mut self,
        value: impl Into<Fill<'a>>,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error>;

    /// As [`crate::swap16`].
    ///
    /// # Errors
    ///
    /// As [`crate::swap16`].
    fn swap16(&mut self) -> Result<(), Error>;

    /// As [`crate::swap32`].
    ///
    /// # Errors
    ///
    /// As [`crate::swap32`].
    fn swap32(&mut self) -> Result<(), Error>;

    /// As [`crate::swap64`].
    ///
    /// # Errors
    ///
    /// As [`crate::swap64`].
    fn swap64(&mut self) -> Result<(), Error>;

    /// As [`Encoding::text_lossy`]: `buf.toString(encoding)`.
    fn to_text(&self, encoding: Encoding) -> String;

    /// As [`Inspect::of`]: what `console.log` prints.
    fn inspect(&self) -> Inspect<'_>;
}

impl BufferExt for [u8] {
    fn index_of<'a>(&self, needle: impl Into<Needle<'a>>, offset: i64) -> Option<usize> {
        crate::index_of(self, needle, offset)
    }

    fn last_index_of<'a>(
        &self,
        needle: impl Into<Needle<'a>>,
        offset: impl Into<Option<i64>>,
    ) -> Option<usize> {
        crate::last_index_of(self, needle, offset)
    }

    fn includes<'a>(&self, needle: impl Into<Needle<'a>>, offset: i64) -> bool {
        crate::includes(self, needle, offset)
    }

    fn read<T: Number>(&self, offset: usize, endian: Endian) -> Result<T, Error> {
        crate::read(self, offset, endian)
    }

    fn write<T: Number>(
        &mut self,
        value: T,
        offset: usize,
        endian: Endian,
    ) -> Result<usize, Error> {
        crate::write(self, value, offset, endian)
    }

    fn fill_part<'a>(
        &mut self,
        value: impl Into<Fill<'a>>,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error> {
        crate::fill(self, value, range)
    }

    fn swap16(&mut self) -> Result<(), Error> {
        crate::swap16(self)
    }

    fn swap32(&mut self) -> Result<(), Error> {
        crate::swap32(self)
    }

    fn swap64(&mut self) -> Result<(), Error> {
        crate::swap64(self)
    }

    fn to_text(&self, encoding: Encoding) -> String {
        encoding.to_text_lossy(self)
    }

    fn inspect(&self) -> Inspect<'_> {
        Inspect::of(self)
    }
}
