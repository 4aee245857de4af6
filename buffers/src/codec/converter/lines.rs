//! Digits of hex or characters of base64 with white space between them: what is to be decoded, and where each of it stood.

use std::borrow::Cow;

use memchr::memchr;

use super::super::{base64, base64_blocks, hex};
use crate::{Encoding, Error};

#[derive(Debug)]
pub(super) struct Lines {
    from: Encoding,
    /// Characters whose group is not whole, and where each of them stood.
    carry: Vec<(usize, u8)>,
    /// Bytes of the stream so far.
    offset: usize,
}

impl Lines {
    pub(super) fn new(from: Encoding) -> Self {
        let (carry, offset) = (Vec::new(), 0);
        Self {
            from,
            carry,
            offset,
        }
    }

    /// Appends the bytes of whole groups, or with `None`, which is the end, of all.
    pub(super) fn decode(&mut self, chunk: Option<&[u8]>, out: &mut Vec<u8>) -> Result<(), Error> {
        let (start, bytes) = (self.offset, chunk.unwrap_or_default());
        self.offset += bytes.len();
        let text = join(&self.carry, bytes);
        let len = text.len();
        let whole = match (chunk, self.from) {
            (None, _) => len,
            (_, Encoding::Hex) => len & !1,
            // The last group may have padding, after which nothing may come.
            _ => len.saturating_sub(1) & !3,
        };
        let in_chunk = bytes.iter().copied().enumerate();
        let in_chunk = in_chunk.filter(|(_, byte)| !byte.is_ascii_whitespace());
        let in_chunk = in_chunk.map(|(index, byte)| (start + index, byte));
        let chars = self.carry.iter().copied().chain(in_chunk);
        let stood = |index| chars.clone().nth(index).map_or(self.offset, |char| char.0);
        let decoded = self.decode_groups(&text, whole, out);
        let decoded = decoded.map_err(|error| error.map_offset(stood));
        let mut carry: Vec<_> = chars.rev().take(len - whole).collect();
        carry.reverse();
        self.carry = carry;
        decoded
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

/// Returns the carry and a chunk without its white space.
fn join<'a>(carry: &[(usize, u8)], chunk: &'a [u8]) -> Cow<'a, [u8]> {
    if carry.is_empty() && !may_have_space(chunk) {
        return chunk.into();
    }
    let mut text: Vec<u8> = carry.iter().map(|(_, byte)| *byte).collect();
    let mut rest = chunk;
    while let Some(end) = memchr(b'\n', rest) {
        text.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
    }
    text.extend_from_slice(rest);
    // Nearly always, newlines are all that there is.
    if may_have_space(&text) {
        text.retain(|byte| !byte.is_ascii_whitespace());
    }
    text.into()
}

/// Looks at all bytes, in any order: that is quicker than looking for the first.
fn may_have_space(text: &[u8]) -> bool {
    text.iter().fold(false, |any, &byte| any | (byte <= b' '))
}
