//! Text to bytes and back: `Buffer.from(text, encoding)`, `buf.toString(encoding)`.
//!
//! Node never refuses: hex stops at the first bad digit, base64 skips what it does not know, UTF-8
//! puts U+FFFD. That is `lossy` here. Without the word, bad input is an error with its offset.
//!
//! A JS string is UTF-16 and may hold half a surrogate pair; a Rust string cannot. Where that matters
//! there is a form with `utf16`, a `Vec<u16>`.

use super::{base64, base64_lenient, hex, latin1, utf8, utf16};
use crate::{Encoding, Error};

impl Encoding {
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
    /// assert_eq!(Encoding::Hex.to_bytes("dead")?, [0xde, 0xad]);
    /// assert!(matches!(Encoding::Hex.to_bytes("dexd"), Err(Error::Invalid { offset: 2, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn to_bytes(self, text: &str) -> Result<Vec<u8>, Error> {
        if self == Self::Hex {
            return hex::decode(text.as_bytes());
        }
        let mut bytes = Vec::new();
        self.bytes_into(text, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes that Node makes of `text`: `Buffer.from(text, encoding)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use buffers::Encoding;
    ///
    /// assert_eq!(Encoding::Hex.to_bytes_lossy("dexd"), [0xde]);
    /// assert_eq!(Encoding::Base64.to_bytes_lossy("cm9j\na2V0!"), b"rocket");
    /// ```
    pub fn to_bytes_lossy(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16le => {
                let mut bytes = Vec::new();
                utf16::encode_into(text, &mut bytes);
                bytes
            }
            Self::Latin1 | Self::Ascii => latin1::encode_lossy(text),
            Self::Hex => hex::decode_lossy(text.as_bytes()),
            Self::Base64 | Self::Base64Url => base64_lenient::decode_lossy(text.as_bytes()),
        }
    }

    /// [`Self::bytes_lossy`] for a JS string that may hold lone surrogates, each of which becomes U+FFFD where it cannot stay.
    pub fn bytes_from_utf16(self, units: &[u16]) -> Vec<u8> {
        match self {
            Self::Utf16le => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            Self::Latin1 | Self::Ascii => units.iter().map(|&unit| unit as u8).collect(),
            _ => self.to_bytes_lossy(&String::from_utf16_lossy(units)),
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
    /// assert_eq!(Encoding::Base64Url.to_text(&[0xfb, 0xff])?, "-_8");
    /// assert!(matches!(Encoding::Utf8.to_text(b"a\xffb"), Err(Error::Invalid { offset: 1, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn to_text(self, bytes: &[u8]) -> Result<String, Error> {
        match self {
            Self::Hex => Ok(hex::encode(bytes)),
            Self::Base64 | Self::Base64Url => Ok(base64::encode(bytes, self)),
            _ => {
                let mut text = self.room_for(bytes);
                self.text_into(bytes, &mut text)?;
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
    /// assert_eq!(Encoding::Utf8.to_text_lossy(b"a\xffb"), "a\u{fffd}b");
    /// assert_eq!(Encoding::Ascii.to_text_lossy(&[0xe9]), "i");
    /// ```
    pub fn to_text_lossy(self, bytes: &[u8]) -> String {
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
    pub fn to_utf16(self, bytes: &[u8]) -> Vec<u16> {
        match self {
            Self::Utf16le => utf16::to_units(bytes),
            _ => self.to_text_lossy(bytes).encode_utf16().collect(),
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
