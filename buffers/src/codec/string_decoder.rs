//! `StringDecoder`: text from bytes that come in chunks, without ever cutting a character.
//!
//! An incomplete character at the end of a chunk is kept for the next one: up to three bytes of UTF-8, half a
//! unit or half a surrogate pair of UTF-16, one or two bytes of base64.

use std::mem;

use crate::Encoding;

/// Decodes chunks of bytes.
///
/// # Examples
///
/// ```
/// use buffers::{Encoding, StringDecoder};
///
/// let mut decoder = StringDecoder::new(Encoding::Utf8);
/// assert_eq!(decoder.write(&[0xe2, 0x82]), "");
/// assert_eq!(decoder.missing(), 1);
/// assert_eq!(decoder.write(&[0xac, b'!']), "€!");
/// assert_eq!(decoder.end(), "");
/// ```
#[derive(Debug, Clone, Default)]
pub struct StringDecoder {
    encoding: Encoding,
    /// The bytes of a character that is not whole.
    carry: Vec<u8>,
    missing: usize,
    /// A high surrogate that a `String` cannot hold; in units it has been given out already.
    high: Option<u16>,
}

impl StringDecoder {
    /// Returns a decoder.
    pub fn new(encoding: Encoding) -> Self {
        Self {
            encoding,
            ..Self::default()
        }
    }

    /// Returns the encoding: `decoder.encoding`.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Returns how many bytes the incomplete character still lacks: `lastNeed`.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Returns how many bytes that character has in all, or 0 without an incomplete one: `lastTotal`.
    pub fn total(&self) -> usize {
        self.carry.len() + self.missing
    }

    /// Returns the text that this chunk completes.
    pub fn write(&mut self, chunk: &[u8]) -> String {
        if self.encoding == Encoding::Utf16le {
            let mut units: Vec<u16> = self.high.take().into_iter().collect();
            units.extend(self.write_utf16(chunk));
            self.high = units.pop_if(|last| matches!(last, 0xd800..=0xdbff));
            return String::from_utf16_lossy(&units);
        }
        let (front, rest) = self.split(chunk);
        let rest = self.encoding.to_text_lossy(rest);
        match front.is_empty() {
            true => rest,
            false => self.encoding.to_text_lossy(&front) + &rest,
        }
    }

    /// Ends the input: returns U+FFFD for an incomplete character. The decoder can be used again.
    pub fn end(&mut self) -> String {
        if self.encoding == Encoding::Utf16le {
            let high = self.high.take().into_iter().collect();
            return String::from_utf16_lossy(&[high, self.end_utf16()].concat());
        }
        self.encoding.to_text_lossy(&self.leftover())
    }

    /// As [`Self::write`], but in the UTF-16 units that Node returns, including lone surrogates.
    pub fn write_utf16(&mut self, chunk: &[u8]) -> Vec<u16> {
        let (front, rest) = self.split(chunk);
        let mut units = self.encoding.to_utf16(&front);
        units.extend(self.encoding.to_utf16(rest));
        units
    }

    /// As [`Self::end`], but in UTF-16 units.
    pub fn end_utf16(&mut self) -> Vec<u16> {
        self.encoding.to_utf16(&self.leftover())
    }

    /// Returns the carry, if it is whole now, and the part of the chunk that can be decoded with it.
    pub(super) fn split<'a>(&mut self, chunk: &'a [u8]) -> (Vec<u8>, &'a [u8]) {
        let mut taken = self.missing.min(chunk.len());
        if self.encoding == Encoding::Utf8 {
            // A byte that does not go on with the character begins the next one.
            if let Some(other) = chunk[..taken].iter().position(|byte| byte & 0xc0 != 0x80) {
                (taken, self.missing) = (other, other);
            }
        }
        let (first, rest) = chunk.split_at(taken);
        self.carry.extend_from_slice(first);
        self.missing -= taken;
        if self.missing > 0 {
            return (Vec::new(), rest);
        }
        let front = mem::take(&mut self.carry);
        let (carry, total) = incomplete(self.encoding, rest);
        self.missing = total - carry;
        let (body, tail) = rest.split_at(rest.len() - carry);
        self.carry = tail.to_vec();
        (front, body)
    }

    fn leftover(&mut self) -> Vec<u8> {
        self.missing = 0;
        let mut leftover = mem::take(&mut self.carry);
        if self.encoding == Encoding::Utf16le {
            leftover.truncate(leftover.len() & !1);
        }
        leftover
    }
}

/// Returns how many bytes at the end of `chunk` have to wait for the rest of their character.
pub(super) fn incomplete_suffix(encoding: Encoding, chunk: &[u8]) -> usize {
    match encoding {
        // A decoder looks at the last unit only if nothing comes after it.
        Encoding::Utf16le => {
            let odd = chunk.len() % 2;
            odd + incomplete(encoding, &chunk[..chunk.len() - odd]).0
        }
        _ => incomplete(encoding, chunk).0,
    }
}

/// Returns how many bytes at the end of `chunk` are part of something that is not whole, and how many it has in all.
fn incomplete(encoding: Encoding, chunk: &[u8]) -> (usize, usize) {
    match encoding {
        Encoding::Utf8 => incomplete_utf8(chunk),
        Encoding::Utf16le if chunk.len() % 2 == 1 => (1, 2),
        Encoding::Utf16le if matches!(chunk, [.., 0xd8..=0xdb]) => (2, 4),
        Encoding::Base64 | Encoding::Base64Url if !chunk.len().is_multiple_of(3) => {
            (chunk.len() % 3, 3)
        }
        _ => (0, 0),
    }
}

/// Returns the same for UTF-8.
fn incomplete_utf8(chunk: &[u8]) -> (usize, usize) {
    let mut last_four = chunk.iter().rev().take(4);
    let Some(before) = last_four.position(|byte| byte & 0xc0 != 0x80) else {
        return (0, 0);
    };
    let carry = before + 1;
    match chunk[chunk.len() - carry].leading_ones() as usize {
        total @ 2..=4 if carry < total => (carry, total),
        _ => (0, 0),
    }
}
