//! The second half of a conversion: bytes or text to what is wanted.

use super::super::latin1;
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
    Hex,
    /// Groups of three bytes; the decoder holds what is short of one.
    Base64(StringDecoder),
    /// Text in another encoding.
    Text(Encoding),
}

impl Encoder {
    pub(super) fn new(from: Encoding, to: Encoding) -> Self {
        let target = match to {
            Encoding::Hex => Target::Hex,
            Encoding::Base64 | Encoding::Base64Url => Target::Base64(StringDecoder::new(to)),
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
        let mut emit = |chunk: &[u8]| self.out.extend_from_slice(chunk);
        match &mut self.target {
            Target::Bytes | Target::Text(_) => emit(bytes),
            Target::Hex => Encoding::Hex.encode_chunks(bytes, emit),
            Target::Base64(groups) => {
                let to = groups.encoding();
                let (front, rest) = groups.split(bytes);
                to.encode_chunks(&front, &mut emit);
                to.encode_chunks(rest, emit);
            }
        }
    }

    /// Appends `text` in the encoding `to`, with `?` for each character that `to` lacks, as in `transcode`.
    pub(super) fn text_lossy(&mut self, text: &str, to: Encoding) {
        self.out.extend(match to {
            Encoding::Latin1 | Encoding::Ascii => latin1::encode_replacing(text, to),
            _ => to.to_bytes_lossy(text),
        });
    }

    /// Appends the group that is not whole.
    pub(super) fn finish(&mut self) {
        if let Target::Base64(groups) = &mut self.target {
            self.out.extend_from_slice(groups.end().as_bytes());
        }
    }
}
