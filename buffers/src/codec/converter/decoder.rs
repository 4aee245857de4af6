//! The first half of a conversion: chunks to bytes, or to text.

use std::mem;

use super::super::base64_lenient::Lenient;
use super::super::string_decoder::incomplete_suffix;
use super::super::{base64, base64_blocks, hex};
use super::encoder::Encoder;
use super::lines::Lines;
use crate::{Encoding, Error};

#[derive(Debug)]
pub(super) enum Decoder {
    /// Digits of hex, or characters of base64, in lines.
    Strict(Encoding, Lines),
    /// Node's hex ends at the first pair that is not two digits; a digit waits for its other one.
    LenientHex {
        half: Option<u8>,
        ended: bool,
    },
    LenientBase64(Lenient),
    /// Characters as bytes; a part of one waits.
    Text {
        from: Encoding,
        mode: Mode,
        carry: Vec<u8>,
        /// Bytes of the stream before the carry.
        offset: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Strict,
    Lenient,
}

impl Decoder {
    pub(super) fn new(from: Encoding, mode: Mode) -> Self {
        match (from, mode) {
            (Encoding::Hex, Mode::Lenient) => Self::LenientHex {
                half: None,
                ended: false,
            },
            (Encoding::Base64 | Encoding::Base64Url, Mode::Lenient) => {
                Self::LenientBase64(Lenient::default())
            }
            _ if from.is_bytes_as_text() => Self::Strict(from, Lines::default()),
            _ => Self::Text {
                from,
                mode,
                carry: Vec::new(),
                offset: 0,
            },
        }
    }

    /// Decodes what is whole with `chunk`, or with `None` what waits, and passes it on.
    pub(super) fn push(
        &mut self,
        chunk: Option<&[u8]>,
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let decoded = match (&mut *self, chunk) {
            (Self::Strict(from, lines), _) => decode_lines(*from, lines, chunk, &mut bytes),
            (Self::LenientHex { half, ended }, Some(chunk)) if !*ended => {
                let mut text: Vec<u8> = half.take().into_iter().collect();
                text.extend_from_slice(chunk);
                let pairs = text.len() & !1;
                *ended = hex::decode_into(&text[..pairs], &mut bytes).is_err();
                *half = text.get(pairs).copied();
                Ok(())
            }
            (Self::LenientHex { .. }, _) => Ok(()),
            (Self::LenientBase64(lenient), Some(chunk)) => {
                lenient.push(chunk, &mut bytes);
                Ok(())
            }
            (Self::LenientBase64(lenient), None) => {
                lenient.finish(&mut bytes);
                Ok(())
            }
            (Self::Text { .. }, _) => return self.push_text(chunk, encoder, out),
        };
        encoder.bytes(&bytes, out);
        decoded
    }

    fn push_text(
        &mut self,
        chunk: Option<&[u8]>,
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let Self::Text {
            from,
            mode,
            carry,
            offset,
        } = self
        else {
            return Ok(());
        };
        let mut joined = mem::take(carry);
        let whole = match chunk {
            Some(chunk) if joined.is_empty() => chunk,
            _ => {
                joined.extend_from_slice(chunk.unwrap_or_default());
                &joined
            }
        };
        let waits = chunk.map_or(0, |_| incomplete_suffix(*from, whole));
        let (body, tail) = whole.split_at(whole.len() - waits);
        *carry = tail.to_vec();
        let start = mem::replace(offset, *offset + body.len());
        decode_text(*from, *mode, body, encoder, out).map_err(|error| error.moved_by(start))
    }
}

/// Appends the bytes of whole groups, or at the end of all.
fn decode_lines(
    from: Encoding,
    lines: &mut Lines,
    chunk: Option<&[u8]>,
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    if chunk.is_some_and(<[u8]>::is_empty) {
        return Ok(());
    }
    let joined = lines.join(chunk.unwrap_or_default());
    let len = joined.text.len();
    let whole = match (chunk, from) {
        (None, _) => len,
        (_, Encoding::Hex) => len & !1,
        // The last group may have padding, after which nothing may come.
        _ => len.saturating_sub(1) & !3,
    };
    let text = &joined.text[..whole];
    let decoded = match from {
        Encoding::Hex => hex::decode_into(text, bytes),
        _ => base64_blocks::decode_into(text, from.alphabet(), bytes),
    };
    let decoded = match decoded {
        Ok(()) if whole < len && text.ends_with(b"=") => {
            Err(base64::after_padding(whole, from.alphabet()))
        }
        decoded => decoded,
    };
    lines.keep(&joined, whole);
    decoded.map_err(|error| {
        let index = error.offset().unwrap_or_default();
        error.with_offset(joined.position(index))
    })
}

/// Passes on whole characters; on an error, those before it.
fn decode_text(
    from: Encoding,
    mode: Mode,
    body: &[u8],
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    match *encoder {
        Encoder::Text(to) if mode == Mode::Lenient => {
            Encoder::text_lossy(&from.to_text_lossy(body), to, out);
            Ok(())
        }
        Encoder::Text(to) => {
            let mut good = String::new();
            let decoded = from.text_into(body, &mut good);
            to.bytes_into(&good, out).map_err(|unencodable| {
                let encodable = &good[..unencodable.offset().unwrap_or_default()];
                unencodable.with_offset(from.byte_length(encodable))
            })?;
            decoded
        }
        // Any byte is Latin-1, and what is lenient is not looked at.
        _ if mode == Mode::Lenient || from == Encoding::Latin1 => {
            encoder.bytes(body, out);
            Ok(())
        }
        _ => {
            let decoded = from.text_into(body, &mut String::new());
            let end = decoded.as_ref().err().and_then(Error::offset);
            encoder.bytes(&body[..end.unwrap_or(body.len())], out);
            decoded
        }
    }
}
