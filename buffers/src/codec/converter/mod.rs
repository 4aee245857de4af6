//! A stream of bytes from one encoding into another, a chunk at a time, in constant memory.
//!
//! hex, base64 and base64url write *bytes* as text; utf8, utf16le, latin1 and ascii write *characters* as
//! bytes. From one of the first kind come the bytes themselves; between two of the second kind, the text is kept.
//!
//! Strict by default: what is good comes out, then the error names the offset. LF and CR LF are
//! allowed between hex digits and base64 characters. Lenient is Node's way with each encoding.

mod decoder;
mod encoder;
mod lines;

use decoder::{Decoder, Mode};
use encoder::Encoder;

use crate::{Encoding, Error};

/// Converts chunks.
///
/// # Examples
///
/// ```
/// use buffers::{Converter, Encoding};
///
/// let mut converter = Converter::new(Encoding::Hex, Encoding::Base64);
/// let mut out = Vec::new();
/// converter.push(b"48656", &mut out)?;
/// converter.push(b"c6c6f\n", &mut out)?;
/// converter.finish(&mut out)?;
/// assert_eq!(out, b"SGVsbG8=");
/// # Ok::<(), buffers::Error>(())
/// ```
#[derive(Debug)]
pub struct Converter {
    decoder: Decoder,
    encoder: Encoder,
}

impl Converter {
    /// Returns a strict converter.
    pub fn new(from: Encoding, to: Encoding) -> Self {
        Self::with_mode(from, to, Mode::Strict)
    }

    /// Returns a converter that takes everything, as Node does.
    pub fn lenient(from: Encoding, to: Encoding) -> Self {
        Self::with_mode(from, to, Mode::Lenient)
    }

    fn with_mode(from: Encoding, to: Encoding, mode: Mode) -> Self {
        let (decoder, encoder) = (Decoder::new(from, mode), Encoder::new(from, to));
        Self { decoder, encoder }
    }

    /// Takes a chunk and appends to `out` what it makes whole.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset from the start of the stream; `out` has what came before it.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.decoder.push(Some(chunk), &mut self.encoder, out)
    }

    /// Ends the input.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if something is left that is not whole.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let decoded = self.decoder.push(None, &mut self.encoder, out);
        self.encoder.finish(out);
        decoded
    }
}
