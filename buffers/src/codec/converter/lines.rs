//! Digits of hex or characters of base64 with newlines between them: what is to be decoded, and where each of it stood.

use std::borrow::Cow;
use std::mem;

use memchr::{memchr, memchr2};

use super::super::{base64, base64_blocks, hex};
use crate::{Encoding, Error};

#[derive(Debug, Default)]
pub(super) struct Lines {
    from: Encoding,
    /// What waits for the next chunk: characters whose group is not whole, a carriage return, and where each of them stood.
    carry: Vec<(usize, u8)>,
    /// Bytes of the stream so far.
    offset: usize,
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
        let (start, bytes) = (self.offset, chunk.unwrap_or_default());
        self.offset += bytes.len();
        let mut carry = mem::take(&mut self.carry);
        if bytes.starts_with(b"\n") {
            carry.pop_if(|(_, last)| *last == b'\r');
        }
        // At the end of a chunk, it may be the first half of a line end.
        let (body, return_len) = match bytes.strip_suffix(b"\r") {
            Some(body) => (body, 1),
            None => (bytes, 0),
        };
        let text = join(&carry, body);
        let len = text.len();
        let whole = match (chunk, self.from) {
            (None, _) => len,
            (_, Encoding::Hex) => len & !1,
            // The last group may have padding, after which nothing may come.
            _ => len.saturating_sub(1) & !3,
        };
        let chars = || chars(&carry, start, bytes);
        self.carry = chars().rev().take(len - whole + return_len).collect();
        self.carry.reverse();
        self.decode_groups(&text, whole, out).map_err(|error| {
            let stood = chars().nth(error.offset().unwrap_or_default());
            error.with_offset(stood.map_or(self.offset, |(position, _)| position))
        })
    }

    /// Appends the bytes of the first `whole` characters.
    fn decode_groups(&self, text: &[u8], whole: usize, out: &mut Vec<u8>) -> Result<(), Error> {
        let (groups, alphabet) = (&text[..whole], self.from.alphabet());
        if self.from == Encoding::Hex {
            return hex::decode_into(groups, out);
        }
        base64_blocks::decode_into(groups, alphabet, out)?;
        if whole < text.len() && groups.ends_with(b"=") {
            return Err(base64::after_padding(whole, alphabet));
        }
        Ok(())
    }
}

/// Returns the carry and a chunk without its line ends.
fn join<'a>(carry: &[(usize, u8)], chunk: &'a [u8]) -> Cow<'a, [u8]> {
    if carry.is_empty() && memchr2(b'\n', b'\r', chunk).is_none() {
        return chunk.into();
    }
    let mut text: Vec<u8> = carry.iter().map(|(_, byte)| *byte).collect();
    let mut rest = chunk;
    while let Some(end) = memchr(b'\n', rest) {
        let line = &rest[..end];
        text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        rest = &rest[end + 1..];
    }
    text.extend_from_slice(rest);
    text.into()
}

/// Returns the characters of the carry and of a chunk that starts at `start`, and where each of them stood.
fn chars(
    carry: &[(usize, u8)],
    start: usize,
    chunk: &[u8],
) -> impl DoubleEndedIterator<Item = (usize, u8)> {
    let is_line_end = |index: usize| match chunk[index] {
        b'\n' => true,
        b'\r' => chunk.get(index + 1) == Some(&b'\n'),
        _ => false,
    };
    let indices = (0..chunk.len()).filter(move |&index| !is_line_end(index));
    let in_chunk = indices.map(move |index| (start + index, chunk[index]));
    carry.iter().copied().chain(in_chunk)
}
