//! Node's methods on any bytes: `bytes.index_of("x", 0)` for an array, a `Vec`, a part of either, or a [`Buffer`](crate::Buffer).
//!
//! Each calls the function of its name. Where the standard library has the method (`copy_within`, `concat`, `starts_with`, `==`, `cmp`), it stays that.

use std::cmp::Ordering;
use std::ops::{Range, RangeBounds};

use crate::{Encoding, Endian, Error, Inspect, Number, Pattern};

/// The methods of a Buffer, on every `[u8]`.
///
/// # Examples
///
/// ```
/// use buffers::{BufferExt, Encoding, Endian};
///
/// let mut bytes = *b"she sells";
/// assert_eq!(bytes.index_of("se", 0), Some(4));
/// assert_eq!(bytes.read::<u16>(0, Endian::Big)?, 0x7368);
/// assert_eq!(bytes.subarray(-5, None), b"sells");
/// assert_eq!(bytes[..3].to_text(Encoding::Hex)?, "736865");
/// bytes.fill_range("-", ..4)?;
/// assert_eq!(&bytes, b"----sells");
/// # Ok::<(), buffers::Error>(())
/// ```
#[expect(clippy::missing_errors_doc, reason = "each function's page has them")]
pub trait BufferExt {
    #[doc(hidden)]
    fn bytes(&self) -> &[u8];
    #[doc(hidden)]
    fn bytes_mut(&mut self) -> &mut [u8];

    /// As [`crate::index_of`].
    fn index_of<'a>(&self, needle: impl Into<Pattern<'a>>, offset: i64) -> Option<usize> {
        crate::index_of(self.bytes(), needle, offset)
    }

    /// As [`crate::last_index_of`].
    fn last_index_of<'a>(
        &self,
        needle: impl Into<Pattern<'a>>,
        offset: impl Into<Option<i64>>,
    ) -> Option<usize> {
        crate::last_index_of(self.bytes(), needle, offset)
    }

    /// As [`crate::includes`].
    fn includes<'a>(&self, needle: impl Into<Pattern<'a>>, offset: i64) -> bool {
        crate::includes(self.bytes(), needle, offset)
    }

    /// As [`crate::index_of_until`].
    fn index_of_until<'a>(
        &self,
        needle: impl Into<Pattern<'a>>,
        offset: i64,
        end: i64,
    ) -> Option<usize> {
        crate::index_of_until(self.bytes(), needle, offset, end)
    }

    /// As [`crate::last_index_of_until`].
    fn last_index_of_until<'a>(
        &self,
        needle: impl Into<Pattern<'a>>,
        offset: impl Into<Option<i64>>,
        end: i64,
    ) -> Option<usize> {
        crate::last_index_of_until(self.bytes(), needle, offset, end)
    }

    /// As [`crate::includes_until`].
    fn includes_until<'a>(&self, needle: impl Into<Pattern<'a>>, offset: i64, end: i64) -> bool {
        crate::includes_until(self.bytes(), needle, offset, end)
    }

    /// As [`crate::read`].
    fn read<T: Number>(&self, offset: usize, endian: Endian) -> Result<T, Error> {
        crate::read(self.bytes(), offset, endian)
    }

    /// As [`crate::write()`].
    fn write<T: Number>(
        &mut self,
        value: T,
        offset: usize,
        endian: Endian,
    ) -> Result<usize, Error> {
        crate::write(self.bytes_mut(), value, offset, endian)
    }

    /// As [`crate::read_int`].
    fn read_int(&self, offset: usize, width: usize, endian: Endian) -> Result<i64, Error> {
        crate::read_int(self.bytes(), offset, width, endian)
    }

    /// As [`crate::read_uint`].
    fn read_uint(&self, offset: usize, width: usize, endian: Endian) -> Result<u64, Error> {
        crate::read_uint(self.bytes(), offset, width, endian)
    }

    /// As [`crate::write_int`].
    fn write_int(
        &mut self,
        value: i64,
        offset: usize,
        width: usize,
        endian: Endian,
    ) -> Result<usize, Error> {
        crate::write_int(self.bytes_mut(), value, offset, width, endian)
    }

    /// As [`crate::write_uint`].
    fn write_uint(
        &mut self,
        value: u64,
        offset: usize,
        width: usize,
        endian: Endian,
    ) -> Result<usize, Error> {
        crate::write_uint(self.bytes_mut(), value, offset, width, endian)
    }

    /// As [`crate::write_text`].
    fn write_text(
        &mut self,
        text: &str,
        offset: usize,
        length: impl Into<Option<usize>>,
        encoding: Encoding,
    ) -> Result<usize, Error> {
        crate::write_text(self.bytes_mut(), text, offset, length, encoding)
    }

    /// As [`crate::fill()`]; the standard library has the name `fill`.
    fn fill_range<'a>(
        &mut self,
        value: impl Into<Pattern<'a>>,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error> {
        crate::fill(self.bytes_mut(), value, range)
    }

    /// As [`crate::swap16`].
    fn swap16(&mut self) -> Result<(), Error> {
        crate::swap16(self.bytes_mut())
    }

    /// As [`crate::swap32`].
    fn swap32(&mut self) -> Result<(), Error> {
        crate::swap32(self.bytes_mut())
    }

    /// As [`crate::swap64`].
    fn swap64(&mut self) -> Result<(), Error> {
        crate::swap64(self.bytes_mut())
    }

    /// The bytes in [`crate::range`]: `buf.subarray(start, end)`.
    fn subarray(&self, start: i64, end: impl Into<Option<i64>>) -> &[u8] {
        let bytes = self.bytes();
        &bytes[crate::range(bytes.len(), start, end)]
    }

    /// The same, to be changed.
    fn subarray_mut(&mut self, start: i64, end: impl Into<Option<i64>>) -> &mut [u8] {
        let bytes = self.bytes_mut();
        let range = crate::range(bytes.len(), start, end);
        &mut bytes[range]
    }

    /// As [`crate::copy`].
    fn copy(&self, range: Range<usize>, target: &mut [u8], start: usize) -> Result<usize, Error> {
        crate::copy(self.bytes(), range, target, start)
    }

    /// As [`crate::compare`].
    fn compare(
        &self,
        range: Range<usize>,
        target: &[u8],
        target_range: Range<usize>,
    ) -> Result<Ordering, Error> {
        crate::compare(self.bytes(), range, target, target_range)
    }

    /// As [`crate::transcode`].
    fn transcode(&self, from: Encoding, to: Encoding) -> Result<Vec<u8>, Error> {
        crate::transcode(self.bytes(), from, to)
    }

    /// As [`Encoding::to_text`].
    fn to_text(&self, encoding: Encoding) -> Result<String, Error> {
        encoding.to_text(self.bytes())
    }

    /// As [`Encoding::to_text_lossy`]: `buf.toString(encoding)`.
    fn to_text_lossy(&self, encoding: Encoding) -> String {
        encoding.to_text_lossy(self.bytes())
    }

    /// As [`Inspect::of`]: what `console.log` prints.
    fn inspect(&self) -> Inspect<'_> {
        Inspect::of(self.bytes())
    }
}

impl BufferExt for [u8] {
    fn bytes(&self) -> &[u8] {
        self
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self
    }
}
