//! Base64: `Buffer.from(text, 'base64')`, which takes both alphabets and skips whatever is neither.
//!
//! Clean text goes straight to the SIMD engine. Where that refuses, usually at a newline, the letters
//! are moved together into a small block first, and the block is decoded; so text in lines stays fast.

use std::sync::LazyLock;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig, Simd};

use crate::{Encoding, Error};

/// What Node accepts once all that it skips is gone: any padding, any bits after the last byte.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const UNPADDED: GeneralPurposeConfig = LENIENT.with_encode_padding(false);

/// The engine finds out at run time what the processor can do, and cannot be made at compile time.
static PADDED_ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::standard(LENIENT));
static URL_ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(UNPADDED));

fn engine(encoding: Encoding) -> &'static Simd {
    if encoding == Encoding::Base64Url {
        &URL_ENGINE
    } else {
        &PADDED_ENGINE
    }
}

pub(crate) fn encode(bytes: &[u8], encoding: Encoding) -> String {
    engine(encoding).encode(bytes)
}

pub(crate) fn encode_onto(bytes: &[u8], encoding: Encoding, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = engine(encoding)
        .encode_slice(bytes, &mut out[start..])
        .expect("there is room for it");
    out.truncate(start + written);
}

/// [`decode`] of whole groups onto what is there; on an error, of those before it.
pub(crate) fn decode_onto(text: &[u8], encoding: Encoding, out: &mut Vec<u8>) -> Result<(), Error> {
    let start = out.len();
    if engine(encoding).decode_vec(text, out).is_ok() && !text.ends_with(b"=") {
        return Ok(());
    }
    out.truncate(start);
    let error = match decode(text, encoding) {
        // Padding is right at the end of a stream alone.
        Ok(_) => Error::Invalid {
            encoding,
            offset: text.len(),
            reason: "not a base64 character after padding",
        },
        Err(error) => error,
    };
    if let Error::Invalid { offset, .. } = error {
        out.extend(decode_lossy(&text[..offset & !3]));
    }
    Err(error)
}

/// Strict: the alphabet of `encoding` alone, whole groups; padding may be left out, as base64url does.
pub(crate) fn decode(text: &[u8], encoding: Encoding) -> Result<Vec<u8>, Error> {
    let invalid = |offset, reason| Error::Invalid {
        encoding,
        offset,
        reason,
    };
    engine(encoding).decode(text).map_err(|_| {
        let alphabet = if encoding == Encoding::Base64Url {
            &URL_SAFE
        } else {
            &STANDARD
        };
        let letters = text
            .iter()
            .take_while(|byte| alphabet.as_str().as_bytes().contains(byte))
            .count();
        match text.get(letters) {
            Some(b'=') if letters % 4 < 2 => invalid(letters, "padding without need"),
            Some(b'=') => {
                let padding = text[letters..]
                    .iter()
                    .take_while(|&&byte| byte == b'=')
                    .count();
                invalid(letters + padding, "not a base64 character after padding")
            }
            Some(_) => invalid(letters, "not a base64 character"),
            None => invalid(letters.saturating_sub(1), "half a byte"),
        }
    })
}

pub(crate) fn decode_lossy(text: &[u8]) -> Vec<u8> {
    match PADDED_ENGINE.decode(text) {
        Ok(bytes) => bytes,
        Err(_) => Letters::default().decode_all(text),
    }
}

const SKIP: u8 = 0xff;
const STOP: u8 = 0xfe;
/// What each byte is: its letter in the standard alphabet, or to be skipped, or the end.
static LETTER: [u8; 256] = letters();

const fn letters() -> [u8; 256] {
    let mut table = [SKIP; 256];
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
    table[b'=' as usize] = STOP;
    table
}

/// A block of letters on their way to the engine; what a group of four lacks waits for the next text.
#[derive(Debug, Clone)]
pub(crate) struct Letters {
    block: Box<[u8; BLOCK]>,
    len: usize,
    /// A `=` has come: nothing after it counts.
    ended: bool,
}

const BLOCK: usize = 8192;
/// So many bytes are looked at together.
const GROUP: usize = 32;

impl Default for Letters {
    fn default() -> Self {
        Self {
            block: Box::new([0; BLOCK]),
            len: 0,
            ended: false,
        }
    }
}

impl Letters {
    fn decode_all(mut self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
        self.push(text, &mut out);
        self.finish(&mut out);
        out
    }

    /// Takes the letters of `text` and appends the bytes of all whole groups but the last ones, which wait in the block.
    pub(crate) fn push(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let mut groups = text.chunks_exact(GROUP);
        for group in &mut groups {
            if self.len > BLOCK - GROUP {
                self.flush(out);
            }
            self.take(group);
        }
        if self.len > BLOCK - GROUP {
            self.flush(out);
        }
        self.take(groups.remainder());
    }

    fn take(&mut self, group: &[u8]) {
        if self.ended {
            return;
        }
        // Mostly a group has letters only, and is copied as it is but for the alphabet.
        let room = &mut self.block[self.len..self.len + group.len()];
        let mut worst = 0;
        for (letter, byte) in room.iter_mut().zip(group) {
            *letter = LETTER[usize::from(*byte)];
            worst |= *letter;
        }
        if worst < 0x80 {
            self.len += group.len();
            return;
        }
        for &byte in group {
            match LETTER[usize::from(byte)] {
                SKIP => {}
                STOP => {
                    self.ended = true;
                    return;
                }
                letter => {
                    self.block[self.len] = letter;
                    self.len += 1;
                }
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        let whole = self.len & !3;
        PADDED_ENGINE
            .decode_vec(&self.block[..whole], out)
            .expect("only letters, in groups of four");
        self.block.copy_within(whole..self.len, 0);
        self.len -= whole;
    }

    /// Appends what is left: of one letter alone, nothing.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.flush(out);
        if self.len > 1 {
            PADDED_ENGINE
                .decode_vec(&self.block[..self.len], out)
                .expect("two or three letters");
        }
        self.len = 0;
    }
}
