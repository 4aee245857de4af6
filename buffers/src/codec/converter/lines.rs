//! Digits of hex or characters of base64 with newlines between them: what is to be decoded, and where each of it stood.

use std::borrow::Cow;
use std::mem;

use memchr::{memchr, memchr2};

/// What waits for the next chunk: characters whose group is not whole, and a carriage return.
#[derive(Debug, Default)]
pub(super) struct Lines {
    carry: Vec<u8>,
    /// Where each character of the carry stood in the stream: newlines may lie between them.
    positions: Vec<usize>,
    /// A carriage return that ended a chunk: right before a newline, wrong before anything else.
    ends_in_cr: bool,
    /// Bytes of the stream so far.
    offset: usize,
}

/// The carry and a chunk without its line ends.
pub(super) struct Joined<'a> {
    pub(super) text: Cow<'a, [u8]>,
    carried: Vec<usize>,
    chunk: &'a [u8],
    /// Where the chunk starts in the stream.
    start: usize,
}

impl Lines {
    /// Returns the characters to decode next; an empty chunk is the end.
    pub(super) fn join<'a>(&mut self, chunk: &'a [u8]) -> Joined<'a> {
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

    /// Keeps what was not decoded.
    pub(super) fn keep(&mut self, joined: &Joined, decoded: usize) {
        self.carry = joined.text[decoded..].to_vec();
        let last = joined.positions().rev().take(self.carry.len());
        self.positions = last.collect();
        self.positions.reverse();
    }
}

impl Joined<'_> {
    /// Returns where the character at `index` stood, or the end of the stream.
    pub(super) fn position(&self, index: usize) -> usize {
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
