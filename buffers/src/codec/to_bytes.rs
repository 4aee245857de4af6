//! Text to bytes: `Buffer.from(text, encoding)`, `Buffer.byteLength`.

use super::base64::{Alphabet, STANDARD, URL_SAFE};
use super::{base64, base64_blocks, base64_lenient, hex, latin1, room, utf16};
use crate::{Encoding, Error};

impl Encoding {
    /// Returns the bytes that `text` stands for.
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

    /// Returns the bytes that Node makes of `text`: `Buffer.from(text, encoding)`.
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
            Self::Utf16le => self.to_bytes(text).expect("it has every character"),
            Self::Latin1 | Self::Ascii => latin1::encode_lossy(text),
            Self::Hex => {
                let (pairs, mut bytes) = (&text.as_bytes()[..text.len() & !1], Vec::new());
                // On an error, the pairs before the bad one have been appended.
                let _ = self.decode_into(pairs, &mut bytes);
                bytes
            }
            Self::Base64 | Self::Base64Url => base64_lenient::decode(text.as_bytes()),
        }
    }

    /// [`Self::to_bytes_lossy`] for a JS string that may hold lone surrogates, each of which becomes U+FFFD where it cannot stay.
    pub fn bytes_from_utf16(self, units: &[u16]) -> Vec<u8> {
        match self {
            Self::Utf16le => units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            Self::Latin1 | Self::Ascii => units.iter().map(|&unit| unit as u8).collect(),
            _ => self.to_bytes_lossy(&String::from_utf16_lossy(units)),
        }
    }

    /// Appends [`Self::to_bytes`] to `out`, whose memory can so be used again.
    ///
    /// # Errors
    ///
    /// As [`Self::to_bytes`]; what comes before the bad character is appended.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut bytes = Vec::new();
    /// for text in ["dead", "beef"] {
    ///     bytes.clear();
    ///     buffers::Encoding::Hex.bytes_into(text, &mut bytes)?;
    /// }
    /// assert_eq!(bytes, [0xbe, 0xef]);
    /// # Ok::<(), buffers::Error>(())
    /// ```
    pub fn bytes_into(self, text: &str, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Utf8 => out.extend_from_slice(text.as_bytes()),
            Self::Utf16le => utf16::encode_into(text, out),
            Self::Latin1 | Self::Ascii => latin1::encode_into(text, self, out)?,
            Self::Hex | Self::Base64 | Self::Base64Url => self.decode_into(text.as_bytes(), out)?,
        }
        Ok(())
    }

    /// Writes [`Self::to_bytes`] into `out`, and returns how many bytes they are.
    ///
    /// # Errors
    ///
    /// As [`Self::to_bytes`], and [`Error::OutOfRange`] if there is no room; the content of `out` is unspecified then.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut id = [0; 4];
    /// buffers::Encoding::Hex.bytes_to_slice("deadbeef", &mut id)?;
    /// assert_eq!(id, [0xde, 0xad, 0xbe, 0xef]);
    /// # Ok::<(), buffers::Error>(())
    /// ```
    pub fn bytes_to_slice(self, text: &str, out: &mut [u8]) -> Result<usize, Error> {
        let len = match self {
            Self::Hex => text.len() / 2,
            Self::Base64 | Self::Base64Url => base64::decoded_len(text),
            _ => {
                let bytes = self.to_bytes(text)?;
                room(out, bytes.len())?.copy_from_slice(&bytes);
                return Ok(bytes.len());
            }
        };
        self.decode_to_slice(text.as_bytes(), room(out, len)?)
    }

    /// Returns how many bytes Node says that `text` takes: `Buffer.byteLength`. Too many for base64 with anything in it that is skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(buffers::Encoding::Utf16le.byte_length("naïve"), 10);
    /// ```
    pub fn byte_length(self, text: &str) -> usize {
        let units = || text.encode_utf16().count();
        match self {
            Self::Utf8 => text.len(),
            Self::Latin1 | Self::Ascii => units(),
            Self::Utf16le => 2 * units(),
            Self::Hex => units() / 2,
            Self::Base64 | Self::Base64Url => {
                let last_two = text.bytes().rev().take(2);
                (units() - last_two.take_while(|&byte| byte == b'=').count()) * 3 / 4
            }
        }
    }

    /// Appends the bytes of hex or base64; on an error, those of the groups before it.
    pub(super) fn decode_into(self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let (chars, len) = match self {
            Self::Hex => (2, text.len().div_ceil(2)),
            _ => (4, text.len().div_ceil(4) * 3),
        };
        let start = out.len();
        out.resize(start + len, 0);
        let decoded = self.decode_to_slice(text, &mut out[start..]);
        let written = decoded.clone().or_else(|error| {
            // Once more, without the group that is bad.
            let offset = error.offset().unwrap_or_default();
            self.decode_to_slice(&text[..offset - offset % chars], &mut out[start..])
        });
        out.truncate(start + written.expect("groups before a mistake have none"));
        decoded.map(drop)
    }

    /// Writes the bytes of hex or base64 into `out`, which has room for them, and returns how many there are.
    fn decode_to_slice(self, text: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        match self {
            Self::Hex => hex::decode_to_slice(text, out),
            _ => base64_blocks::decode_to_slice(text, self.alphabet(), out),
        }
    }

    pub(super) fn alphabet(self) -> &'static Alphabet {
        match self {
            Self::Base64Url => &URL_SAFE,
            _ => &STANDARD,
        }
    }
}
