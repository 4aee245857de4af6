//! Encodings into memory that is there already: what is called a thousand times need not allocate a thousand times.
//!
//! Node has this one way only, as `buf.write(text, encoding)`: see [`crate::write_text`].

use super::{base64, hex, latin1, utf8, utf16};
use crate::{Encoding, Error};

impl Encoding {
    /// Appends [`Self::bytes`] to `out`, whose memory can so be used again and again.
    ///
    /// # Errors
    ///
    /// As [`Self::bytes`]; `out` has got what comes before the bad character.
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
            Self::Latin1 => latin1::encode_into(text, self, 0xff, out)?,
            Self::Ascii => latin1::encode_into(text, self, 0x7f, out)?,
            Self::Hex => hex::decode_into(text.as_bytes(), out)?,
            Self::Base64 | Self::Base64Url => base64::decode_into(text.as_bytes(), self, out)?,
        }
        Ok(())
    }

    /// Appends [`Self::text`] to `out`, whose memory can so be used again and again.
    ///
    /// # Errors
    ///
    /// As [`Self::text`]; `out` has got what comes before the bad byte.
    pub fn text_into(self, bytes: &[u8], out: &mut String) -> Result<(), Error> {
        let emit = |piece: &[u8]| out.push_str(utf8::encoded(piece));
        match self {
            Self::Utf8 => match utf8::decode(bytes) {
                Ok(text) => out.push_str(text),
                Err(error) => {
                    out.push_str(utf8::encoded(&bytes[..error.offset().unwrap_or_default()]));
                    return Err(error);
                }
            },
            Self::Utf16le => utf16::decode_pieces(bytes, emit)?,
            Self::Latin1 => latin1::decode_pieces(bytes, emit),
            Self::Ascii => latin1::decode_ascii_pieces(bytes, emit)?,
            Self::Hex => hex::encode_pieces(bytes, emit),
            Self::Base64 | Self::Base64Url => base64::encode_pieces(bytes, self, emit),
        }
        Ok(())
    }

    /// Writes [`Self::text`] into bytes that are there already, and says how many it has.
    ///
    /// # Errors
    ///
    /// As [`Self::text`], and [`Error::OutOfRange`] if there is no room; what `out` holds then is not said.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut digits = [0; 8];
    /// buffers::Encoding::Hex.text_to_slice(&[0xde, 0xad, 0xbe, 0xef], &mut digits)?;
    /// assert_eq!(&digits, b"deadbeef");
    /// # Ok::<(), buffers::Error>(())
    /// ```
    pub fn text_to_slice(self, bytes: &[u8], out: &mut [u8]) -> Result<usize, Error> {
        match self {
            Self::Hex => {
                let out = room(out, 2 * bytes.len())?;
                hex::encode_to_slice(bytes, out);
                Ok(out.len())
            }
            Self::Base64 | Self::Base64Url => {
                let out = room(out, base64::encoded_len(bytes.len(), self))?;
                Ok(base64::encode_to_slice(bytes, self, out))
            }
            _ => {
                let text = self.to_text(bytes)?;
                room(out, text.len())?.copy_from_slice(text.as_bytes());
                Ok(text.len())
            }
        }
    }

    /// Writes [`Self::bytes`] into bytes that are there already, and says how many they are.
    ///
    /// # Errors
    ///
    /// As [`Self::bytes`], and [`Error::OutOfRange`] if there is no room; what `out` holds then is not said.
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
        match self {
            Self::Hex => {
                let out = room(out, text.len() / 2)?;
                hex::decode_to_slice(text.as_bytes(), out)?;
                Ok(out.len())
            }
            Self::Base64 | Self::Base64Url => {
                let out = room(out, base64::decoded_len(text))?;
                base64::decode_to_slice(text.as_bytes(), self, out)
            }
            _ => {
                let bytes = self.to_bytes(text)?;
                room(out, bytes.len())?.copy_from_slice(&bytes);
                Ok(bytes.len())
            }
        }
    }
}

/// The first `len` bytes of `out`, if it has as many.
fn room(out: &mut [u8], len: usize) -> Result<&mut [u8], Error> {
    let there = out.len();
    out.get_mut(..len)
        .ok_or_else(|| Error::out_of_range("length", there, len))
}
