//! Base64 by Node's rule: both alphabets, whatever is neither is skipped, the first `=` is the end.
//!
//! Clean text goes straight to the decoder. Where that refuses, usually at a newline, the letters are
//! compacted out of the piece first; so text in lines stays fast.

use super::base64::{CHUNK_BYTES, decode_chars};
use crate::simd;

pub(crate) fn decode_lossy(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len().div_ceil(4) * 3);
    let mut letters = Lenient::default();
    letters.push(text, &mut out);
    letters.finish(&mut out);
    out
}

/// Appends the bytes of letters without a mistake, or nothing.
fn append(letters: &[u8], out: &mut Vec<u8>) -> bool {
    let start = out.len();
    out.resize(start + letters.len().div_ceil(4) * 3, 0);
    let written = decode_chars(letters, &mut out[start..]);
    out.truncate(start + written.unwrap_or(0));
    written.is_some()
}

/// Not a letter: the top bit, which no letter has.
pub(crate) const NONE: u8 = 0x80;

/// The letter of the standard alphabet for each ASCII character, `+/` also for `-_`, or [`NONE`].
pub(crate) const LETTER: [u8; 128] = letters();

const fn letters() -> [u8; 128] {
    let mut table = [NONE; 128];
    let mut byte = 0;
    while byte < 128 {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() || letter == b'+' || letter == b'/' {
            table[byte] = letter;
        }
        byte += 1;
    }
    table[b'-' as usize] = b'+';
    table[b'_' as usize] = b'/';
    table
}

/// Node's rule, over any number of pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lenient {
    /// Room for the letters of a piece, once it is needed; in front, those that wait.
    compacted: Vec<u8>,
    /// Up to three letters that are no group yet.
    waiting: usize,
    /// A `=` has come: nothing after it counts.
    ended: bool,
    /// Something was skipped: more of it is likely, and the engine need not be asked in vain.
    dirty: bool,
}

impl Lenient {
    /// Appends the bytes of all groups that are whole now.
    pub(crate) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for piece in text.chunks(CHUNK_BYTES) {
            if self.ended {
                return;
            }
            let is_whole = piece.len().is_multiple_of(4) && !piece.ends_with(b"=");
            let is_clean = !self.dirty && self.waiting == 0 && is_whole;
            if is_clean && append(piece, out) {
                continue;
            }
            self.dirty = true;
            let len = self.compact(piece);
            let whole = len & !3;
            append(&self.compacted[..whole], out);
            self.compacted.copy_within(whole..len, 0);
            self.waiting = len - whole;
        }
    }

    /// Appends what is left: of one letter alone, nothing.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.waiting > 1 {
            append(&self.compacted[..self.waiting], out);
        }
        self.waiting = 0;
    }

    /// Puts the letters of `piece` after those that wait; says how many there are then.
    fn compact(&mut self, piece: &[u8]) -> usize {
        self.compacted.resize(CHUNK_BYTES + simd::SLACK, 0);
        let mut len = self.waiting;
        let done = simd::compact_base64(piece, &mut self.compacted[len..]).unwrap_or_default();
        len += done.written;
        for &byte in &piece[done.read..] {
            if byte == b'=' {
                self.ended = true;
                break;
            }
            // Written in any case, and written over unless it counts.
            let letter = LETTER.get(usize::from(byte)).copied().unwrap_or(NONE);
            self.compacted[len] = letter;
            len += usize::from(letter != NONE);
        }
        len
    }
}
