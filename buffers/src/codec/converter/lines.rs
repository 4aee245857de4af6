//! Digits of hex or characters of base64 with newlines between them: what is to be decoded, and where each of it stood.

use std::borrow::Cow;
use std::mem;

use memchr::{memchr, memchr2};

use super::super::{base64, base64_blocks, hex};
use crate::{Encoding, Error};

/// What waits for the next chunk: characters whose group is not whole, and a carriage return.
#[derive(Debug, Default)]
pub(super) struct Lines {
    from: Encoding,
    carry: Vec<u8>,
    /// Where each character of the carry stood in the stream: newlines may lie between them.
    positions: Vec<usize>,
    /// A carriage return that ended a chunk: right before a newline, wrong before anything else.
    ends_in_cr: bool,
    /// Bytes of the stream so far.
    offset: usize,
}

/// The carry and a chunk without its line ends.
struct Joined<'a> {
    text: Cow<'a, [u8]>,
    carried: Vec<usize>,
    chunk: &'a [u8],
    /// Where the chunk starts in the stream.
    start: usize,
}

impl Lines {
    pub(super) fn new(from: Encoding) -> Self {
        Self {
            from,
            ..Self::default()
        }
    }

    /// Appends the bytes of whole groups, or with `None`, which is the end, of all.
    pub(super) fn decode(&mut self, chunk: Option<&[u8]>, out: &mut Vec<u8>) -> Result<(), Error> {
        if chunk.is_some_and(<[u8]>::is_empty) {
            return Ok(());
        }
        let joined = self.join(chunk.unwrap_or_default());
        let len = joined.text.len();
        let whole = match (chunk, self.from) {
            (None, _) => len,
            (_, Encoding::Hex) => len & !1,
            // The last group may have padding, after which nothing may come.
            _ => len.saturating_sub(1) & !3,
        };
        let text = &joined.text[..whole];
        let alphabet = self.from.alphabet();
        let decoded = match self.from {
            Encoding::Hex => hex::decode_into(text, out),
            _ => base64_blocks::decode_into(text, alphabet, out).and_then(|()| {
                let ends_early = whole < len && text.ends_with(b"=");
                match ends_early {
                    true => Err(base64::after_padding(whole, alphabet)),
                    false => Ok(()),
                }
            }),
        };
        self.carry = joined.text[whole..].to_vec();
        self.positions = joined.positions().rev().take(len - whole).collect();
        self.positions.reverse();
        decoded.map_err(|error| {
            let index = error.offset().unwrap_or_default();
            error.with_offset(joined.position(index))
        })
    }

    /// Returns the characters to decode next; an empty chunk is the end.
    fn join<'a>(&mut self, chunk: &'a [u8]) -> Joined<'a> {
        let (mut text, mut carried) = (mem::take(&mut self.carry), mem::take(&mut self.positions));
        if self.ends_in_cr && !chunk.starts_with(b"\n") {
            text.push(b'\r');
            carried.push(self.offset - 1);
        }
        let start = self.offset;
        self.offset += chunk.len();
        self.ends_in_cr = chunk.ends_with(b"\r");
        let chunk = chunk.strip_suffix(b"\r").unwrap_or(chunk);
        let is_plain = text.is_empty() && memchr2(b'\n', b'\r', chunk).is_none();
        if !is_plain {
            let mut rest = chunk;
            while let Some(end) = memchr(b'\n', rest) {
                let line = &rest[..end];
                text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
                rest = &rest[end + 1..];
            }
            text.extend_from_slice(rest);
        }
        Joined {
            text: if is_plain { chunk.into() } else { text.into() },
            carried,
            chunk,
            start,
        }
    }
}

impl Joined<'_> {
    /// Returns where the character at `index` stood, or the end of the stream.
    fn position(&self, index: usize) -> usize {
        let position = self.positions().nth(index);
        position.unwrap_or(self.start + self.chunk.len())
    }

    fn positions(&self) -> impl DoubleEndedIterator<Item = usize> {
        let is_line_end = |index: usize| match self.chunk[index] {
            b'\n' => true,
            b'\r' => self.chunk.get(index + 1) == Some(&b'\n'),
            _ => false,
        };
        let places = (0..self.chunk.len()).filter(move |&index| !is_line_end(index));
        let carried = self.carried.iter().copied();
        carried.chain(places.map(|index| self.start + index))
    }
}
