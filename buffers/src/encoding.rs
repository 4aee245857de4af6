//! Encodings by name: the strings that Node takes as `encoding`.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A way to write text as bytes, or bytes as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// UTF-8; also `utf-8`.
    #[default]
    Utf8,
    /// UTF-16, little endian; also `utf-16le`, `ucs2`, `ucs-2`.
    Utf16le,
    /// A byte for each of the first 256 characters; also `binary`.
    Latin1,
    /// Seven bits; the eighth is dropped when bytes become text.
    Ascii,
    /// Two digits a byte.
    Hex,
    /// RFC 4648, section 4, padded.
    Base64,
    /// RFC 4648, section 5, not padded.
    Base64Url,
}

impl FromStr for Encoding {
    type Err = Error;

    /// Returns the encoding of this name, in upper or lower case.
    ///
    /// ```
    /// assert_eq!("UCS-2".parse(), Ok(buffers::Encoding::Utf16le));
    /// assert!("utf-16".parse::<buffers::Encoding>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, Error> {
        let lower = name.to_ascii_lowercase();
        let named = |encoding: &Self| encoding.names().contains(&&*lower);
        let unknown = || Error::UnknownEncoding(name.to_owned());
        Self::ALL.into_iter().find(named).ok_or_else(unknown)
    }
}

/// The canonical name.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 7] = {
        use Encoding::*;
        [Utf8, Utf16le, Latin1, Ascii, Hex, Base64, Base64Url]
    };

    /// Returns the canonical name.
    pub fn name(self) -> &'static str {
        self.names()[0]
    }

    /// Returns all names, the canonical one first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Utf8 => &["utf8", "utf-8"],
            Self::Utf16le => &["utf16le", "utf-16le", "ucs2", "ucs-2"],
            Self::Latin1 => &["latin1", "binary"],
            Self::Ascii => &["ascii"],
            Self::Hex => &["hex"],
            Self::Base64 => &["base64"],
            Self::Base64Url => &["base64url"],
        }
    }

    /// Returns whether this encoding writes bytes as ASCII characters: hex, base64 and base64url.
    pub(crate) fn is_binary_to_text(self) -> bool {
        matches!(self, Self::Hex | Self::Base64 | Self::Base64Url)
    }
}
