//! The second half of a conversion: bytes or text to what is wanted.

use crate::{Encoding, StringDecoder};

#[derive(Debug)]
pub(super) struct Encoder {
    target: Target,
    /// What has been encoded: the caller's `out`, for as long as a call of [`super::Converter`] lasts.
    pub(super) out: Vec<u8>,
}

#[derive(Debug)]
enum Target {
    /// The bytes as they are.
    Bytes,
    /// Digits of hex, or characters of base64; the decoder holds what is short of a group of three bytes.
    Chars(StringDecoder),
    /// Text in another encoding.
    Text(Encoding),
}

impl Encoder {
    pub(super) fn new(from: Encoding, to: Encoding) -> Self {
        let target = match to {
            _ if to.is_binary_to_text() => Target::Chars(StringDecoder::new(to)),
            _ if from.is_binary_to_text() => Target::Bytes,
            Encoding::Latin1 if from == to => Target::Bytes,
            _ => Target::Text(to),
        };
        let out = Vec::new();
        Self { target, out }
    }

    /// Returns the encoding that the characters are wanted in, unless the bytes are wanted.
    pub(super) fn text(&self) -> Option<Encoding> {
        match self.target {
            Target::Text(to) => Some(to),
            _ => None,
        }
    }

    /// Appends `bytes` as they are wanted; an incomplete group is kept for the next call.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let Target::Chars(groups) = &mut self.target else {
            return self.out.extend_from_slice(bytes);
        };
        let (front, rest) = groups.split(bytes);
        for part in [&front, rest] {
            let emit = |chunk: &[u8]| self.out.extend_from_slice(chunk);
            groups.encoding().encode_chunks(part, emit);
        }
    }

    /// Appends the group that is not whole.
    pub(super) fn finish(&mut self) {
        if let Target::Chars(groups) = &mut self.target {
            self.out.extend_from_slice(groups.end().as_bytes());
        }
    }
}
