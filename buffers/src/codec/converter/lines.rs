//! Digits of hex or characters of base64 with white space between them: what is to be decoded, and where each of it stood.

use std::borrow::Cow;

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
    // Counting all of it is quicker than looking for the first.
    let spaces = chunk.iter().filter(|byte| **byte <= b' ').count();
    if carry.is_empty() && spaces == 0 {
        return chunk.into();
    }
    let mut text: Vec<u8> = carry.iter().map(|(_, byte)| *byte).collect();
    for word in chunk.split(u8::is_ascii_whitespace) {
        text.extend_from_slice(word);
    }
    text.into()
}
