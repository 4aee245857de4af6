//! The second half of a conversion: bytes or text to what is wanted.

use std::mem;

use super::super::base64::Alphabet;
use super::super::{base64_blocks, hex, latin1};
use crate::Encoding;

#[derive(Debug)]
pub(super) enum Encoder {
    /// The bytes as they are.
    Bytes,
    Hex,
    /// The bytes that `pending` holds are no group of three yet.
    Base64 {
        alphabet: Alphabet,
        pending: Vec<u8>,
    },
    /// Text in another encoding.
    Text(Encoding),
}

impl Encoder {
    pub(super) fn new(from: Encoding, to: Encoding) -> Self {
        match to {
            Encoding::Hex => Self::Hex,
            Encoding::Base64 | Encoding::Base64Url => Self::Base64 {
                alphabet: to.alphabet(),
                pending: Vec::new(),
            },
            Encoding::Latin1 if from == to => Self::Bytes,
            _ if from.is_bytes_as_text() => Self::Bytes,
            _ => Self::Text(to),
        }
    }

    /// Appends `bytes` as they are wanted; what is short of a group waits.
    pub(super) fn bytes(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        let mut emit = |chunk: &[u8]| out.extend_from_slice(chunk);
        match self {
            Self::Bytes | Self::Text(_) => emit(bytes),
            Self::Hex => hex::encode_chunks(bytes, emit),
            Self::Base64 { alphabet, pending } => {
                if !pending.is_empty() {
                    let (first, rest) = bytes.split_at(bytes.len().min(3 - pending.len()));
                    pending.extend_from_slice(first);
                    bytes = rest;
                    if pending.len() < 3 {
                        return;
                    }
                    base64_blocks::encode_chunks(&mem::take(pending), *alphabet, &mut emit);
                }
                let (groups, tail) = bytes.split_at(bytes.len() - bytes.len() % 3);
                base64_blocks::encode_chunks(groups, *alphabet, emit);
                pending.extend_from_slice(tail);
            }
        }
    }

    /// Appends `text` in the encoding `to`, with `?` for each character that `to` lacks, as in `transcode`.
    pub(super) fn text_lossy(text: &str, to: Encoding, out: &mut Vec<u8>) {
        out.extend(match to {
            Encoding::Latin1 | Encoding::Ascii => latin1::encode_replacing(text, to),
            _ => to.to_bytes_lossy(text),
        });
    }

    /// Appends the group that is not whole.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Self::Base64 { alphabet, pending } = self {
            let emit = |chunk: &[u8]| out.extend_from_slice(chunk);
            base64_blocks::encode_chunks(&mem::take(pending), *alphabet, emit);
        }
    }
}
