//! Bytes to text: `buf.toString(encoding)`.

use super::{CHUNK_BYTES, base64, base64_blocks, hex, latin1, room, utf8, utf16};
use crate::{Encoding, Error};

impl Encoding {
    /// Returns the text that `bytes` stand for.
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
        let width = match self {
            Self::Hex | Self::Base64 | Self::Base64Url => return Ok(self.to_text_lossy(bytes)),
            Self::Utf16le => 2,
            _ => 1,
        };
        // It need not grow while ASCII comes.
        let mut text = String::with_capacity(bytes.len() / width);
        self.text_into(bytes, &mut text)?;
        Ok(text)
    }

    /// Returns the text that Node makes of `bytes`, with U+FFFD where they are not text: `buf.toString(encoding)`.
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
        let emit = |chunk: &[u8]| text.push_str(utf8::encoded(chunk));
        match self {
            Self::Hex => return hex::encode(bytes),
            Self::Base64 | Self::Base64Url => return base64_blocks::encode(bytes, self),
            Self::Utf8 => return utf8::decode_lossy(bytes).into_owned(),
            Self::Utf16le => utf16::decode_lossy_chunks(bytes, emit),
            Self::Latin1 => latin1::decode_chunks(bytes, emit),
            Self::Ascii => return latin1::decode_masked(bytes),
        }
        text
    }

    /// [`Self::to_text_lossy`] as the UTF-16 units of a JS string: lone surrogates stay as they are.
    pub fn to_utf16(self, bytes: &[u8]) -> Vec<u16> {
        match self {
            Self::Utf16le => utf16::units(bytes).collect(),
            _ => self.to_text_lossy(bytes).encode_utf16().collect(),
        }
    }

    /// Appends [`Self::to_text`] to `out`, whose memory can so be used again.
    ///
    /// # Errors
    ///
    /// As [`Self::to_text`]; what comes before the bad byte is appended.
    pub fn text_into(self, bytes: &[u8], out: &mut String) -> Result<(), Error> {
        let emit = |chunk: &[u8]| out.push_str(utf8::encoded(chunk));
        match self {
            Self::Utf8 => match utf8::decode(bytes) {
                Ok(text) => out.push_str(text),
                Err(error) => {
                    let good = error.offset().unwrap_or_default();
                    out.push_str(utf8::encoded(&bytes[..good]));
                    return Err(error);
                }
            },
            Self::Utf16le => utf16::decode_chunks(bytes, emit)?,
            Self::Latin1 => latin1::decode_chunks(bytes, emit),
            Self::Ascii => latin1::decode_ascii_chunks(bytes, emit)?,
            Self::Hex | Self::Base64 | Self::Base64Url => self.encode_chunks(bytes, emit),
        }
        Ok(())
    }

    /// Writes [`Self::to_text`] into `out`, and returns how many bytes it has.
    ///
    /// # Errors
    ///
    /// As [`Self::to_text`], and [`Error::OutOfRange`] if there is no room; the content of `out` is unspecified then.
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
        Ok(match self {
            Self::Hex => hex::encode_to_slice(bytes, room(out, 2 * bytes.len())?),
            Self::Base64 | Self::Base64Url => {
                let out = room(out, base64::encoded_len(bytes.len(), self.alphabet()))?;
                base64_blocks::encode_to_slice(bytes, self.alphabet(), out)
            }
            _ => {
                let text = self.to_text(bytes)?;
                room(out, text.len())?.copy_from_slice(text.as_bytes());
                text.len()
            }
        })
    }

    /// Passes on the digits of hex or the characters of base64, chunk by chunk.
    #[inline(never)] // a caller who takes another way need not clear the stack for this one
    pub(super) fn encode_chunks(self, bytes: &[u8], mut emit: impl FnMut(&[u8])) {
        let mut chars = [0; CHUNK_BYTES];
        let bytes_of_four = if self == Self::Hex { 2 } else { 3 };
        for chunk in bytes.chunks(CHUNK_BYTES / 4 * bytes_of_four) {
            let len = self.text_to_slice(chunk, &mut chars);
            emit(&chars[..len.expect("room for the characters of a chunk")]);
        }
    }
}
