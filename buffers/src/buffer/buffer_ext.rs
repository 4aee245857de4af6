//! Node's methods on any bytes: `bytes.index_of("x", 0)` for an array, a `Vec`, a part of either, or a [`Buffer`](crate::Buffer).
//!
//! Each calls the function of its name. Where the standard library has the method (`copy_within`, `concat`, `starts_with`, `==`, `cmp`), it stays that.

use std::cmp::Ordering;
use std::ops::{Range, RangeBounds};

use crate::{Encoding, Endian, Error, Inspect, Number, Pattern};

/// Writes methods that call the function of their name with the bytes first.
macro_rules! methods {
    ($self:ident: $receiver:ty, $bytes:ident {$(
        fn $name:ident $([$($generic:tt)*])? ($($arg:ident: $type:ty),*) -> $result:ty;
    )*}) => {$(
        #[doc = concat!("As [`crate::", stringify!($name), "()`].")]
        fn $name $(<$($generic)*>)? ($self: $receiver $(, $arg: $type)*) -> $result {
            crate::$name($self.$bytes() $(, $arg)*)
        }
    )*};
}

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
///
/// With `std::io::Write` in scope, `write` of a `Vec` or a [`Buffer`](crate::Buffer) is that of the stream. The function, or the method
/// of a slice, is still this one:
///
/// ```
/// use buffers::{BufferExt, Endian};
/// use std::io::Write;
///
/// let mut bytes = vec![0; 4];
/// bytes[..].write(0x0102_u16, 0, Endian::Big)?;
/// buffers::write(&mut bytes, 0x0304_u16, 2, Endian::Big)?;
/// Write::write(&mut bytes, b"more")?;
/// assert_eq!(bytes, b"\x01\x02\x03\x04more");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[expect(clippy::missing_errors_doc, reason = "the function's page has them")]
pub trait BufferExt: AsRef<[u8]> + AsMut<[u8]> {
    methods! { self: &Self, as_ref {
        fn index_of['a](needle: impl Into<Pattern<'a>>, offset: i64) -> Option<usize>;
        fn index_of_until['a](needle: impl Into<Pattern<'a>>, offset: i64, end: i64) -> Option<usize>;
        fn last_index_of['a](needle: impl Into<Pattern<'a>>, offset: impl Into<Option<i64>>) -> Option<usize>;
        fn last_index_of_until['a](needle: impl Into<Pattern<'a>>, offset: impl Into<Option<i64>>, end: i64) -> Option<usize>;
        fn includes['a](needle: impl Into<Pattern<'a>>, offset: i64) -> bool;
        fn includes_until['a](needle: impl Into<Pattern<'a>>, offset: i64, end: i64) -> bool;
        fn read[T: Number](offset: usize, endian: Endian) -> Result<T, Error>;
        fn read_int(offset: usize, width: usize, endian: Endian) -> Result<i64, Error>;
        fn read_uint(offset: usize, width: usize, endian: Endian) -> Result<u64, Error>;
        fn copy(range: Range<usize>, target: &mut [u8], start: usize) -> Result<usize, Error>;
        fn compare(range: Range<usize>, target: &[u8], target_range: Range<usize>) -> Result<Ordering, Error>;
        fn transcode(from: Encoding, to: Encoding) -> Result<Vec<u8>, Error>;
    }}

    methods! { self: &mut Self, as_mut {
        fn write[T: Number](value: T, offset: usize, endian: Endian) -> Result<usize, Error>;
        fn write_int(value: i64, offset: usize, width: usize, endian: Endian) -> Result<usize, Error>;
        fn write_uint(value: u64, offset: usize, width: usize, endian: Endian) -> Result<usize, Error>;
        fn write_text(text: &str, offset: usize, length: impl Into<Option<usize>>, encoding: Encoding) -> Result<usize, Error>;
        fn swap16() -> Result<(), Error>;
        fn swap32() -> Result<(), Error>;
        fn swap64() -> Result<(), Error>;
    }}

    /// As [`crate::fill()`]; the standard library has the name `fill`.
    fn fill_range<'a>(
        &mut self,
        value: impl Into<Pattern<'a>>,
        range: impl RangeBounds<usize>,
    ) -> Result<(), Error> {
        crate::fill(self.as_mut(), value, range)
    }

    /// Returns the bytes in [`crate::range`]: `buf.subarray(start, end)`.
    fn subarray(&self, start: i64, end: impl Into<Option<i64>>) -> &[u8] {
        let bytes = self.as_ref();
        &bytes[crate::range(bytes.len(), start, end)]
    }

    /// Returns the same part, mutable.
    fn subarray_mut(&mut self, start: i64, end: impl Into<Option<i64>>) -> &mut [u8] {
        let bytes = self.as_mut();
        let range = crate::range(bytes.len(), start, end);
        &mut bytes[range]
    }

    /// As [`Encoding::to_text`].
    fn to_text(&self, encoding: Encoding) -> Result<String, Error> {
        encoding.to_text(self.as_ref())
    }

    /// As [`Encoding::to_text_lossy`]: `buf.toString(encoding)`.
    fn to_text_lossy(&self, encoding: Encoding) -> String {
        encoding.to_text_lossy(self.as_ref())
    }

    /// As [`Inspect::of`]: what `console.log` prints.
    fn inspect(&self) -> Inspect<'_> {
        Inspect::of(self.as_ref())
    }
}

impl BufferExt for [u8] {}
