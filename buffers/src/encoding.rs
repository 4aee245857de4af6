//! Encodings by name, and the way in both directions: `Buffer.from(text, encoding)`, `buf.toString(encoding)`.
//!
//! Node never refuses: hex stops at the first bad digit, base64 skips what it does not know, UTF-8
//! puts U+FFFD. That is `lossy` here. Without the word, bad input is an error with its offset.
//!
//! A JS string is UTF-16 and may hold half a surrogate pair; a Rust string cannot. Where that matters
//! there is a form with `units`, a `Vec<u16>`.

use std::fmt;
use std::str::FromStr;

use crate::{Error, base64, hex, latin1, utf8, utf16};

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

    /// The encoding of this name, whatever its case.
    ///
    /// ```
    /// assert_eq!("UCS-2".parse(), Ok(buffers::Encoding::Utf16le));
    /// assert!("utf-16".parse::<buffers::Encoding>().is_err());
    /// ```
    fn from_str(name: &str) -> Result<Self, Error> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "utf8" | "utf-8" => Self::Utf8,
            "utf16le" | "utf-16le" | "ucs2" | "ucs-2" => Self::Utf16le,
            "latin1" | "binary" => Self::Latin1,
            "ascii" => Self::Ascii,
            "hex" => Self::Hex,
            "base64" => Self::Base64,
            "base64url" => Self::Base64Url,
            _ => {
                return Err(Error::UnknownEncoding {
                    name: name.to_owned(),
                });
            }
        })
    }
}

/// The canonical name.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Utf8 => "utf8",
            Self::Utf16le => "utf16le",
            Self::Latin1 => "latin1",
            Self::Ascii => "ascii",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Base64Url => "base64url",
        })
    }
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Utf8,
        Self::Utf16le,
        Self::Latin1,
        Self::Ascii,
        Self::Hex,
        Self::Base64,
        Self::Base64Url,
    ];

    /// The bytes that `text` stands for, or where it stops to stand for any.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset of the first character that has no place in this encoding.
    ///
    /// # Examples
    ///
    /// ```
    /// use buffers::{Encoding, Error};
    ///
    /// assert_eq!(Encoding::Hex.bytes("dead")?, [0xde, 0xad]);
    /// assert!(matches!(Encoding::Hex.bytes("dexd"), Err(Error::Invalid { offset: 2, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn bytes(self, text: &str) -> Result<Vec<u8>, Error> {
        if self == Self::Hex {
            return hex::decode(text.as_bytes());
        }
        let mut bytes = Vec::new();
        self.bytes_onto(text, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes that Node makes of `text`: `Buffer.from(text, encoding)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use buffers::Encoding;
    ///
    /// assert_eq!(Encoding::Hex.bytes_lossy("dexd"), [0xde]);
    /// assert_eq!(Encoding::Base64.bytes_lossy("cm9j\na2V0!"), b"rocket");
    /// ```
    pub fn bytes_lossy(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16le => {
                let mut bytes = Vec::new();
                utf16::encode_onto(text, &mut bytes);
                bytes
            }
            Self::Latin1 | Self::Ascii => latin1::encode_lossy(text),
            Self::Hex => hex::decode_lossy(text.as_bytes()),
            Self::Base64 | Self::Base64Url => base64::decode_lossy(text.as_bytes()),
        }
    }

    /// [`Self::bytes_lossy`] for a JS string that may hold lone surrogates, each of which becomes U+FFFD where it cannot stay.
    pub fn bytes_of_units(self, units: &[u16]) -> Vec<u8> {
        match self {
            Self::Utf16le => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            Self::Latin1 | Self::Ascii => units.iter().map(|&unit| unit as u8).collect(),
            _ => self.bytes_lossy(&String::from_utf16_lossy(units)),
        }
    }

    /// The text that `bytes` stand for, or where they stop to stand for any.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset of the first byte that has no place in this encoding.
    ///
    /// # Examples
    ///
    /// ```
    /// use buffers::{Encoding, Error};
    ///
    /// assert_eq!(Encoding::Base64Url.text(&[0xfb, 0xff])?, "-_8");
    /// assert!(matches!(Encoding::Utf8.text(b"a\xffb"), Err(Error::Invalid { offset: 1, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn text(self, bytes: &[u8]) -> Result<String, Error> {
        match self {
            Self::Hex => Ok(hex::encode(bytes)),
            Self::Base64 | Self::Base64Url => Ok(base64::encode(bytes, self)),
            _ => {
                let mut text = self.room_for(bytes);
                self.text_onto(bytes, &mut text)?;
                Ok(text)
            }
        }
    }

    /// The text that Node makes of `bytes`, with U+FFFD for what is none: `buf.toString(encoding)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use buffers::Encoding;
    ///
    /// assert_eq!(Encoding::Utf8.text_lossy(b"a\xffb"), "a\u{fffd}b");
    /// assert_eq!(Encoding::Ascii.text_lossy(&[0xe9]), "i");
    /// ```
    pub fn text_lossy(self, bytes: &[u8]) -> String {
        let mut text = String::new();
        let emit = |piece: &[u8]| text.push_str(utf8::encoded(piece));
        match self {
            Self::Hex => return hex::encode(bytes),
            Self::Base64 | Self::Base64Url => return base64::encode(bytes, self),
            Self::Utf8 => return utf8::decode_lossy(bytes).into_owned(),
            Self::Utf16le => utf16::decode_lossy_pieces(bytes, emit),
            Self::Latin1 => latin1::decode_pieces(bytes, emit),
            Self::Ascii => latin1::decode_masked_pieces(bytes, emit),
        }
        text
    }

    /// A string that need not grow while ASCII comes.
    fn room_for(self, bytes: &[u8]) -> String {
        let width = if self == Self::Utf16le { 2 } else { 1 };
        String::with_capacity(bytes.len() / width)
    }

    /// [`Self::text_lossy`] as the UTF-16 units of a JS string: lone surrogates stay as they are.
    pub fn units(self, bytes: &[u8]) -> Vec<u16> {
        match self {
            Self::Utf16le => utf16::units(bytes),
            _ => self.text_lossy(bytes).encode_utf16().collect(),
        }
    }

    /// How many bytes Node says that `text` takes: `Buffer.byteLength`. Too many for base64 with anything in it that is skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(buffers::Encoding::Utf16le.byte_length("naïve"), 10);
    /// ```
    pub fn byte_length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            _ => {
                let padding = text
                    .bytes()
                    .rev()
                    .take(2)
                    .take_while(|&byte| byte == b'=')
                    .count();
                self.byte_length_of_units(text.encode_utf16().count(), padding)
            }
        }
    }

    fn byte_length_of_units(self, units: usize, padding: usize) -> usize {
        match self {
            Self::Utf8 | Self::Latin1 | Self::Ascii => units,
            Self::Utf16le => 2 * units,
            Self::Hex => units / 2,
            Self::Base64 | Self::Base64Url => (units - padding) * 3 / 4,
        }
    }
}
