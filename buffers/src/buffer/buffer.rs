//! `Buffer`: owned, mutable bytes that print as in Node.
//!
//! A `Vec<u8>` does everything that a Buffer needs; this one adds Node's constructors, its text methods and the way it is printed.
//! It derefs to `[u8]`, so indexing, `len`, iteration, slicing, comparing and `split_at_mut` are Rust's own.

use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut, RangeBounds};

use crate::{Encoding, Error, Inspect, Pattern};

/// Owned bytes.
///
/// # Examples
///
/// ```
/// use buffers::Buffer;
///
/// let mut data = Buffer::from("Hello");
/// assert_eq!(format!("{data:?}"), "<Buffer 48 65 6c 6c 6f>");
/// data[0] = 0x68;
/// assert_eq!(data.to_string(), "hello");
/// ```
#[derive(Clone, Default, Eq, PartialOrd, Ord, Hash)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// Returns `size` zeros: `Buffer.alloc(size)`.
    pub fn alloc(size: usize) -> Self {
        Self(vec![0; size])
    }

    /// Returns `size` bytes, filled with `value`: `Buffer.alloc(size, fill, encoding)`.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidFill`] if `value` has no bytes and some are needed.
    pub fn alloc_filled<'a>(size: usize, value: impl Into<Pattern<'a>>) -> Result<Self, Error> {
        let mut buffer = Self::alloc(size);
        crate::fill(&mut buffer, value, ..)?;
        Ok(buffer)
    }

    /// Returns the bytes that `text` stands for.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset of what has no place in this encoding.
    pub fn from_text(text: &str, encoding: Encoding) -> Result<Self, Error> {
        encoding.to_bytes(text).map(Self)
    }

    /// Returns the bytes that Node makes of `text`: `Buffer.from(text, encoding)`.
    pub fn from_text_lossy(text: &str, encoding: Encoding) -> Self {
        Self(encoding.to_bytes_lossy(text))
    }

    /// Returns numbers as bytes, each modulo 256: `Buffer.from([1, 300, -1])`.
    pub fn from_numbers(numbers: impl IntoIterator<Item = i64>) -> Self {
        numbers.into_iter().map(|number| number as u8).collect()
    }

    /// Returns the text of all bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset of the first bad byte.
    pub fn to_text(&self, encoding: Encoding) -> Result<String, Error> {
        encoding.to_text(&self.0)
    }

    /// Returns the text that Node makes of all bytes: `buf.toString(encoding)`.
    pub fn to_text_lossy(&self, encoding: Encoding) -> String {
        encoding.to_text_lossy(&self.0)
    }

    /// Repeats a value over a range; see [`crate::fill()`].
    ///
    /// # Errors
    ///
    /// As [`crate::fill()`].
    pub fn fill<'a>(
        &mut self,
        value: impl Into<Pattern<'a>>,
        range: impl RangeBounds<usize>,
    ) -> Result<&mut Self, Error> {
        crate::fill(&mut self.0, value, range)?;
        Ok(self)
    }

    /// Returns the bytes as a `Vec`, without a copy.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// Returns the bytes for shared reading, without a copy: all clones and slices own them together.
    #[cfg(feature = "bytes")]
    pub fn into_shared(self) -> bytes::Bytes {
        self.0.into()
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

macro_rules! from {
    ($([$($generic:tt)*] $type:ty, $value:ident => $bytes:expr;)*) => {$(
        impl<$($generic)*> From<$type> for Buffer {
            fn from($value: $type) -> Self {
                Self($bytes)
            }
        }
    )*};
}

from! {
    [] &str, text => text.as_bytes().to_vec();
    [] String, text => text.into_bytes();
    [] Vec<u8>, bytes => bytes;
    [] &[u8], bytes => bytes.to_vec();
    [const LEN: usize] [u8; LEN], bytes => bytes.to_vec();
    [const LEN: usize] &[u8; LEN], bytes => bytes.to_vec();
}

impl From<Buffer> for Vec<u8> {
    fn from(buffer: Buffer) -> Self {
        buffer.0
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Equal to whatever holds the same bytes: another buffer, a slice, an array, a `Vec`, a text.
impl<T: AsRef<[u8]> + ?Sized> PartialEq<T> for Buffer {
    fn eq(&self, other: &T) -> bool {
        self.0 == other.as_ref()
    }
}

impl<'a> IntoIterator for &'a Buffer {
    type Item = &'a u8;
    type IntoIter = std::slice::Iter<'a, u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl IntoIterator for Buffer {
    type Item = u8;
    type IntoIter = std::vec::IntoIter<u8>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<u8> for Buffer {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self(bytes.into_iter().collect())
    }
}

impl Extend<u8> for Buffer {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, bytes: I) {
        self.0.extend(bytes);
    }
}

/// Appends.
impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `console.log` prints.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Inspect::of(&self.0), f)
    }
}

/// What `String(buf)` is: the bytes as UTF-8, with U+FFFD where they are not.
impl fmt::Display for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text_lossy(Encoding::Utf8))
    }
}
