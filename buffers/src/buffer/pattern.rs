//! The `value` of `indexOf`, `includes`, `fill` and `alloc`: a byte, bytes, or a text in an encoding.

use std::borrow::Cow;
use std::slice;

use crate::{Buffer, Encoding};

/// What to look for, or what to fill with.
#[derive(Debug, Clone, Copy)]
pub enum Pattern<'a> {
    /// One byte.
    Byte(u8),
    /// These bytes.
    Bytes(&'a [u8]),
    /// These bytes, found at even offsets only: how Node looks for a Buffer with `'utf16le'`.
    Units(&'a [u8]),
    /// A text, as this encoding writes it.
    Text(&'a str, Encoding),
}

impl Pattern<'_> {
    pub(super) fn encoded(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Byte(byte) => slice::from_ref(byte).into(),
            Self::Bytes(bytes) | Self::Units(bytes) => (*bytes).into(),
            Self::Text(text, Encoding::Utf8) => text.as_bytes().into(),
            Self::Text(text, encoding) => encoding.to_bytes_lossy(text).into(),
        }
    }
}

macro_rules! from {
    ($([$($generic:tt)*] $type:ty, $value:pat => $pattern:expr;)*) => {$(
        impl<'a, $($generic)*> From<$type> for Pattern<'a> {
            fn from($value: $type) -> Self {
                $pattern
            }
        }
    )*};
}

from! {
    [] u8, byte => Self::Byte(byte);
    [] &'a [u8], bytes => Self::Bytes(bytes);
    [const LEN: usize] &'a [u8; LEN], bytes => Self::Bytes(bytes);
    [] &'a Vec<u8>, bytes => Self::Bytes(bytes);
    [] &'a Buffer, bytes => Self::Bytes(bytes);
    [] &'a str, text => Self::Text(text, Encoding::Utf8);
    [] &'a String, text => Self::Text(text, Encoding::Utf8);
    [] (&'a str, Encoding), (text, encoding) => Self::Text(text, encoding);
}
