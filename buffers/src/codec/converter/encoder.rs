//! The second half of a conversion: bytes or text to what is wanted.

use crate::{Encoding, StringDecoder};

#[derive(Debug)]
pub(super) enum Encoder {
    /// The bytes as they are.
    Bytes,
    /// Digits of hex, or characters of base64; the decoder holds what is short of a group of three bytes.
    Chars(StringDecoder),
    /// Text in another encoding.
    Text(Encoding),
}

impl Encoder {
    pub(super) fn new(from: Encoding, to: Encoding) -> Self {
        match to {
            _ if to.is_binary_to_text() => Self::Chars(StringDecoder::new(to)),
            _ if from.is_binary_to_text() => Self::Bytes,
            Encoding::Latin1 if from == to => Self::Bytes,
            _ => Self::Text(to),
        }
    }

    /// Appends `bytes` as they are wanted; an incomplete group is kept for the next call.
    pub(super) fn bytes(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self::Chars(groups) = self else {
            return out.extend_from_slice(bytes);
        };
        let (front, rest) = groups.split(bytes);
        for part in [&front, rest] {
            let emit = |chunk: &[u8]| out.extend_from_slice(chunk);
            groups.encoding().encode_chunks(part, emit);
        }
    }

    /// Appends the group that is not whole.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Self::Chars(groups) = self {
            out.extend_from_slice(groups.end().as_bytes());
        }
    }
}
