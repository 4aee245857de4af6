//! Base64 by Node's rule: both alphabets, all other characters are skipped, the first `=` is the end.
//!
//! Clean text goes straight to the decoder. Where that refuses, usually at a newline, the characters of the alphabet
//! are compacted first; so text in lines stays fast.

use std::sync::LazyLock;

use base64::engine::Simd;

use super::CHUNK_BYTES;
use super::base64::{Alphabet, CONFIG, STANDARD_CHARS};
use super::base64_blocks::decode_to_slice;
use crate::kernels;

/// What Node accepts once all that it skips is gone: any padding, any bits after the last byte.
static LENIENT: Alphabet = Alphabet {
    name: "base64",
    chars: STANDARD_CHARS,
    is_padded: true,
    engine: LazyLock::new(|| Simd::standard(CONFIG.with_decode_allow_trailing_bits(true))),
};

pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().div_ceil(4) * 3);
    let mut decoder = Lenient::default();
    decoder.push(text, &mut out);
    decoder.finish(&mut out);
    out
}

/// Appends the bytes of characters without a mistake, or returns `false`.
fn append(chars: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + chars.len().div_ceil(4) * 3, 0);
    let decoded = decode_to_slice(chars, &LENIENT, &mut out[start..]);
    out.truncate(start + decoded.as_ref().unwrap_or(&0));
    decoded.is_ok()
}

/// Not of the alphabet: the top bit, which no character of it has.
pub(super) const NONE: u8 = 0x80;

/// The character of the standard alphabet for each ASCII character, `+/` also for `-_`, or [`NONE`].
const TABLE: [[u8; 64]; 2] = {
    let mut table = [[NONE; 64]; 2];
    let mut byte = 0;
    while byte < 128 {
        table[byte / 64][byte % 64] = match byte as u8 {
            b'-' => b'+',
            b'_' => b'/',
            char if char.is_ascii_alphanumeric() || char == b'+' || char == b'/' => char,
            _ => NONE,
        };
        byte += 1;
    }
    table
};

/// Node's rule, over any number of chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Lenient {
    /// Room for the characters of a chunk, once it is needed; in front, the carry.
    compacted: Vec<u8>,
    /// Up to three characters that are no group yet.
    carry: usize,
    /// A `=` has come: nothing after it counts.
    ended: bool,
    /// Something was skipped: more of it is likely, and the engine need not be asked in vain.
    dirty: bool,
}

impl Lenient {
    /// Appends the bytes of all groups that are whole now.
    pub(super) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for chunk in text.chunks(CHUNK_BYTES) {
            if self.ended {
                return;
            }
            let is_whole = chunk.len().is_multiple_of(4) && !chunk.ends_with(b"=");
            let is_clean = !self.dirty && self.carry == 0 && is_whole;
            if is_clean && append(chunk, out) {
                continue;
            }
            self.dirty = true;
            let len = self.compact(chunk);
            let whole = len & !3;
            append(&self.compacted[..whole], out);
            self.compacted.copy_within(whole..len, 0);
            self.carry = len - whole;
        }
    }

    /// Appends what is left: of one character alone, nothing.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.carry > 1 {
            append(&self.compacted[..self.carry], out);
        }
        self.carry = 0;
    }

    /// Puts the characters of `chunk` after the carry; returns how many there are then.
    fn compact(&mut self, chunk: &[u8]) -> usize {
        // A character more, since each is written before it is known whether it counts.
        self.compacted.resize(CHUNK_BYTES + 4 + kernels::SLACK, 0);
        let mut len = self.carry;
        let done = kernels::compact_base64(chunk, &TABLE, &mut self.compacted[len..]);
        let done = done.unwrap_or_default();
        len += done.written;
        for &byte in &chunk[done.read..] {
            if byte == b'=' {
                self.ended = true;
                break;
            }
            let place = usize::from(byte);
            let char = TABLE.get(place / 64).map_or(NONE, |half| half[place % 64]);
            self.compacted[len] = char;
            len += usize::from(char != NONE);
        }
        len
    }
}
