//! Digits of hex or characters of base64 in lines, which LF or CR LF end: what is to be decoded, and where it is in the stream.

use std::borrow::Cow;

use memchr::memchr;

use super::super::base64;
use crate::{Encoding, Error};

#[derive(Debug, Default)]
pub(super) struct Lines {
    from: Encoding,
    /// What is carried to the next chunk: characters whose group is not whole, a CR at the end, and their offsets in the stream.
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
        let (start, bytes) = (self.offset, chunk.unwrap_or_default());
        self.offset += bytes.len();
        if bytes.starts_with(b"\n") {
            let before = start.wrapping_sub(1);
            self.carry.pop_if(|last| *last == (before, b'\r'));
        }
        let text = join(&self.carry, bytes);
        let len = text.len();
        // A CR may be the first half of a line end.
        let complete = len - usize::from(text.ends_with(b"\r"));
        let whole = match (chunk, self.from) {
            (None, _) => len,
            (_, Encoding::Hex) => complete & !1,
            // The last group may have padding, after which nothing may come.
            _ => complete.saturating_sub(1) & !3,
        };
        let is_line_end = |index: usize| matches!(bytes[index..], [b'\n', ..] | [b'\r', b'\n', ..]);
        let in_chunk = (0..bytes.len()).filter(|&index| !is_line_end(index));
        let in_chunk = in_chunk.map(|index| (start + index, bytes[index]));
        let chars = self.carry.iter().copied().chain(in_chunk);
        let offset_of = |index| chars.clone().nth(index).map_or(self.offset, |char| char.0);
        let decoded = self.decode_groups(&text, whole, out);
        let decoded = decoded.map_err(|error| error.map_offset(offset_of));
        self.carry = chars.rev().take(len - whole).collect();
        self.carry.reverse();
        decoded
    }

    /// Appends the bytes of the first `whole` characters.
    fn decode_groups(&self, text: &[u8], whole: usize, out: &mut Vec<u8>) -> Result<(), Error> {
        let groups = &text[..whole];
        self.from.decode_into(groups, out)?;
        if whole < text.len() && groups.ends_with(b"=") {
            return Err(base64::after_padding(whole, self.from.alphabet()));
        }
        Ok(())
    }
}

/// Returns the carry and a chunk without its line ends.
fn join<'a>(carry: &[(usize, u8)], chunk: &'a [u8]) -> Cow<'a, [u8]> {
    if carry.is_empty() && memchr(b'\n', chunk).is_none() {
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
