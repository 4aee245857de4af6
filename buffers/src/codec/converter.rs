//! A stream of bytes from one encoding into another, a chunk at a time, in constant memory.
//!
//! hex, base64 and base64url write *bytes* as text; utf8, utf16le, latin1 and ascii write *characters* as
//! bytes. From one of the first kind come the bytes themselves; between two of the second kind, the text is kept.
//!
//! Strict by default: what is good comes out, then the error names the offset. Newlines are allowed between
//! hex digits and base64 letters. Lenient is Node's way with each encoding.

use std::mem;

use super::base64_lenient::Lenient;
use super::string_decoder::incomplete;
use super::{base64, hex};
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
    from: Encoding,
    to: Encoding,
    lenient: bool,
    /// Input that is not whole yet: a digit, some letters, a part of a character.
    carry: Vec<u8>,
    /// Node's base64 has a state of its own.
    letters: Lenient,
    /// Nothing more counts: a bad digit was met, or padding.
    ended: bool,
    /// Where each byte of the carry stood, of digits and letters: newlines may lie between them.
    places: Vec<usize>,
    /// Bytes of input before the carry; of digits and letters, all that were taken.
    offset: usize,
    /// A carriage return that ended a chunk: right before a newline, wrong before anything else.
    awaits_newline: bool,
    /// Bytes that wait until base64 has a group of three.
    pending: Vec<u8>,
}

impl Converter {
    /// A strict converter.
    pub fn new(from: Encoding, to: Encoding) -> Self {
        Self {
            from,
            to,
            lenient: false,
            carry: Vec::new(),
            letters: Lenient::default(),
            ended: false,
            places: Vec::new(),
            offset: 0,
            awaits_newline: false,
            pending: Vec::new(),
        }
    }

    /// A converter that takes everything, as Node does.
    pub fn lenient(from: Encoding, to: Encoding) -> Self {
        Self {
            lenient: true,
            ..Self::new(from, to)
        }
    }

    /// Takes a chunk and appends to `out` what it makes whole.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the offset from the start of the stream; `out` has what came before it.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match self.from {
            Encoding::Hex | Encoding::Base64 | Encoding::Base64Url => {
                let mut bytes = Vec::new();
                let outcome = if self.from == Encoding::Hex {
                    self.hex(chunk, &mut bytes)
                } else {
                    self.base64(chunk, &mut bytes)
                };
                self.encode(&bytes, out);
                outcome
            }
            _ => self.characters(chunk, out),
        }
    }

    /// Ends the input.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if something is left that is not whole.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let carry = mem::take(&mut self.carry);
        let mut bytes = Vec::new();
        let outcome = match self.from {
            Encoding::Base64 | Encoding::Base64Url if self.lenient => {
                self.letters.finish(&mut bytes);
                Ok(())
            }
            Encoding::Base64 | Encoding::Base64Url => {
                base64::decode_into(&carry, self.from, &mut bytes)
            }
            Encoding::Hex if self.lenient => Ok(()),
            Encoding::Hex => hex::decode_into(&carry, &mut bytes),
            _ => self.decode_and_encode(&carry, out),
        };
        self.encode(&bytes, out);
        let pending = mem::take(&mut self.pending);
        self.write(&pending, out);
        if self.awaits_newline {
            return Err(Error::Invalid {
                encoding: self.from,
                offset: self.offset - 1,
                reason: "a carriage return without a newline",
            });
        }
        outcome.map_err(|error| self.at(error))
    }

    fn hex(&mut self, chunk: &[u8], bytes: &mut Vec<u8>) -> Result<(), Error> {
        if self.lenient {
            if !self.ended {
                self.carry.extend_from_slice(chunk);
                let whole = self.carry.len() & !1;
                self.ended = hex::decode_into(&self.carry[..whole], bytes).is_err();
                self.carry.drain(..whole);
            }
            return Ok(());
        }
        self.lines(chunk, |carry| {
            let whole = carry.len() & !1;
            hex::decode_into(&carry[..whole], bytes).map(|()| whole)
        })
    }

    fn base64(&mut self, chunk: &[u8], bytes: &mut Vec<u8>) -> Result<(), Error> {
        if self.lenient {
            self.letters.push(chunk, bytes);
            return Ok(());
        }
        let from = self.from;
        self.lines(chunk, |carry| {
            // The last group waits: it may have padding, after which nothing may come.
            let whole = carry.len().saturating_sub(1) & !3;
            base64::decode_into(&carry[..whole], from, bytes)?;
            base64::expect_more(&carry[..whole], from).map(|()| whole)
        })
    }

    /// Gives the carry and each line of the chunk to `decode`, which says how much it has used.
    fn lines(
        &mut self,
        chunk: &[u8],
        mut decode: impl FnMut(&[u8]) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        if self.awaits_newline && !chunk.is_empty() {
            self.awaits_newline = false;
            if !chunk.starts_with(b"\n") {
                self.offset -= 1;
                self.letters(b"\r", &mut decode)?;
            }
        }
        for line in chunk.split_inclusive(|&byte| byte == b'\n') {
            let letters = line.strip_suffix(b"\n").unwrap_or(line);
            let letters = letters.strip_suffix(b"\r").unwrap_or(letters);
            self.awaits_newline = line.ends_with(b"\r");
            self.letters(letters, &mut decode)?;
            self.offset += line.len() - letters.len();
        }
        Ok(())
    }

    /// The carry and `letters`, which come after it. Where there is no carry, nothing needs to be copied.
    fn letters(
        &mut self,
        letters: &[u8],
        decode: &mut impl FnMut(&[u8]) -> Result<usize, Error>,
    ) -> Result<(), Error> {
        let start = self.offset;
        self.offset += letters.len();
        if self.carry.is_empty() {
            let used = decode(letters).map_err(|error| {
                let place = start + offset_of(&error);
                moved(error, place)
            })?;
            self.carry.extend_from_slice(&letters[used..]);
            self.places.extend(start + used..self.offset);
            return Ok(());
        }
        self.carry.extend_from_slice(letters);
        self.places.extend(start..self.offset);
        let used = decode(&self.carry).map_err(|error| self.at(error))?;
        self.carry.drain(..used);
        self.places.drain(..used);
        Ok(())
    }

    fn characters(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let mut joined = mem::take(&mut self.carry);
        let whole = if joined.is_empty() {
            chunk
        } else {
            joined.extend_from_slice(chunk);
            &joined
        };
        let (body, tail) = whole.split_at(whole.len() - incomplete_suffix(self.from, whole));
        self.decode_and_encode(body, out)
            .map_err(|error| self.at(error))?;
        self.offset += body.len();
        self.carry = tail.to_vec();
        Ok(())
    }

    /// Whole characters to whatever is wanted; on an error, those before it.
    fn decode_and_encode(&mut self, body: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let bytes_wanted = matches!(
            self.to,
            Encoding::Hex | Encoding::Base64 | Encoding::Base64Url
        );
        // Any byte is Latin-1, and what is lenient is not looked at.
        let passthrough = bytes_wanted && self.lenient || self.from == Encoding::Latin1;
        if passthrough && (bytes_wanted || self.to == self.from) {
            self.encode(body, out);
            return Ok(());
        }
        if self.lenient {
            out.extend(to_single_byte(&self.from.to_text_lossy(body), self.to));
            return Ok(());
        }
        let mut good = String::new();
        let outcome = self.from.text_into(body, &mut good);
        if bytes_wanted {
            let end = outcome.as_ref().map_or_else(offset_of, |()| body.len());
            self.encode(&body[..end], out);
        } else if let Err(unencodable) = self.to.bytes_into(&good, out) {
            let encodable = &good[..offset_of(&unencodable)];
            return Err(moved(unencodable, self.from.byte_length(encodable)));
        }
        outcome
    }

    /// Bytes as `to` writes them; what is short of a group waits.
    fn encode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match self.to {
            Encoding::Base64 | Encoding::Base64Url => {
                let mut rest = bytes;
                if !self.pending.is_empty() {
                    let (first, others) = rest.split_at(rest.len().min(3 - self.pending.len()));
                    self.pending.extend_from_slice(first);
                    rest = others;
                    if self.pending.len() < 3 {
                        return;
                    }
                    let group = mem::take(&mut self.pending);
                    self.write(&group, out);
                }
                let (groups, tail) = rest.split_at(rest.len() - rest.len() % 3);
                self.write(groups, out);
                self.pending.extend_from_slice(tail);
            }
            _ => self.write(bytes, out),
        }
    }

    /// Whole groups as `to` writes them.
    fn write(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let emit = |piece: &[u8]| out.extend_from_slice(piece);
        match self.to {
            Encoding::Hex => hex::encode_pieces(bytes, emit),
            Encoding::Base64 | Encoding::Base64Url => base64::encode_pieces(bytes, self.to, emit),
            _ => out.extend_from_slice(bytes),
        }
    }

    /// An error in the carry, from the start of the stream.
    fn at(&self, error: Error) -> Error {
        let offset = offset_of(&error);
        let place = match self.places.get(offset) {
            Some(&place) => place,
            None => self.offset + offset - self.places.len(),
        };
        moved(error, place)
    }
}

/// How many bytes at the end of `piece` have to wait for the rest of their character.
fn incomplete_suffix(encoding: Encoding, piece: &[u8]) -> usize {
    match encoding {
        // A `StringDecoder` looks at the last unit only if nothing comes after it.
        Encoding::Utf16le => {
            let odd = piece.len() % 2;
            odd + incomplete(encoding, &piece[..piece.len() - odd]).0
        }
        _ => incomplete(encoding, piece).0,
    }
}

fn offset_of(error: &Error) -> usize {
    error.offset().unwrap_or_default()
}

fn moved(error: Error, place: usize) -> Error {
    match error {
        Error::Invalid {
            encoding, reason, ..
        } => Error::Invalid {
            encoding,
            offset: place,
            reason,
        },
        other => other,
    }
}

/// A text in an encoding that may lack some of its characters: `?` stands for each, as in `transcode`.
fn to_single_byte(text: &str, to: Encoding) -> Vec<u8> {
    let last = match to {
        Encoding::Latin1 => 0xff,
        Encoding::Ascii => 0x7f,
        _ => return to.to_bytes_lossy(text),
    };
    text.chars()
        .map(|character| {
            u8::try_from(u32::from(character))
                .ok()
                .filter(|&byte| u32::from(byte) <= last)
                .unwrap_or(b'?')
        })
        .collect()
}
