//! Base64 by Node's rule: both alphabets, all other characters are skipped, the first `=` is the end.
//!
//! What is clean between two newlines goes to the fast decoders, groups of four with anything in between are put together here.

use base64::Engine;
use memchr::memchr2;

use super::CHUNK_BYTES;
use super::base64::{STANDARD, STANDARD_CHARS, URL_SAFE_CHARS};
use crate::kernels::{self, Progress, Skip};

pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3 + kernels::SLACK);
    let mut decoder = Lenient::default();
    decoder.push(text, &mut out);
    decoder.finish(&mut out);
    out
}

/// What each character of both alphabets stands for; [`NONE`] for all others.
const SEXTETS: [u8; 256] = {
    let mut table = [NONE; 256];
    let mut sextet = 0;
    while sextet < 64 {
        table[STANDARD_CHARS[sextet] as usize] = sextet as u8;
        table[URL_SAFE_CHARS[sextet] as usize] = sextet as u8;
        sextet += 1;
    }
    table
};
const NONE: u8 = 0x80;

/// Node's rule, over any number of chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Lenient {
    /// The bits of up to three characters that are no group yet.
    group: u32,
    chars: usize,
    /// A `=` has come: nothing after it counts.
    ended: bool,
    /// Something other than newlines was skipped: more of it is likely, and the engine need not be asked in vain.
    dirty: bool,
}

impl Lenient {
    /// Appends the bytes of all groups that are whole now.
    pub(super) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for chunk in text.chunks(CHUNK_BYTES) {
            let start = out.len();
            out.resize(start + chunk.len() / 4 * 3 + 3 + kernels::SLACK, 0);
            let written = self.decode_chunk(chunk, &mut out[start..]);
            out.truncate(start + written);
        }
    }

    /// Appends what is left: of one character alone, nothing.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let bits = self.group << (6 * (4 - self.chars));
        out.extend_from_slice(&bits.to_be_bytes()[1..self.chars.max(1)]);
        self.chars = 0;
    }

    fn decode_chunk(&mut self, text: &[u8], out: &mut [u8]) -> usize {
        let mut done = Progress::default();
        while done.read < text.len() && !self.ended {
            if self.chars == 0 {
                self.decode_clean(text, out, &mut done);
            }
            // The next group, or what there is of it.
            for &byte in &text[done.read..] {
                done.read += 1;
                let sextet = SEXTETS[usize::from(byte)];
                if byte == b'=' {
                    self.ended = true;
                    break;
                } else if sextet != NONE {
                    self.group = self.group << 6 | u32::from(sextet);
                    self.chars += 1;
                }
                if self.chars == 4 {
                    out[done.written..][..3].copy_from_slice(&self.group.to_be_bytes()[1..]);
                    done.written += 3;
                    (self.group, self.chars) = (0, 0);
                    break;
                }
            }
        }
        done.written
    }

    /// Decodes whole groups, to the end of the line or further if it is clean.
    fn decode_clean(&mut self, text: &[u8], out: &mut [u8], done: &mut Progress) {
        let (text, out) = (&text[done.read..], &mut out[done.written..]);
        let blocks = kernels::decode_base64(text, b"+/-_", Skip::Anything, out).unwrap_or_default();
        let (rest, out) = (&text[blocks.read..], &mut out[blocks.written..]);
        let end = memchr2(b'\n', b'=', rest).unwrap_or(rest.len());
        let groups = if self.dirty { &[] } else { &rest[..end & !3] };
        let decoded = STANDARD.engine.decode_slice(groups, out);
        self.dirty |= decoded.is_err();
        done.read += blocks.read + decoded.as_ref().map_or(0, |_| groups.len());
        done.written += blocks.written + decoded.unwrap_or(0);
    }
}
