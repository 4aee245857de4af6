//! The first half of a conversion: chunks to bytes, or to text.

use std::mem;

use super::super::base64::{self, Alphabet};
use super::super::base64_lenient::Lenient;
use super::super::string_decoder::incomplete_suffix;
use super::super::{base64_blocks, hex};
use super::encoder::Encoder;
use super::lines::Lines;
use crate::{Encoding, Error};

#[derive(Debug)]
pub(super) enum Decoder {
    Hex(Lines),
    Base64(Lines, Alphabet),
    /// Node's hex ends at the first pair that is not two digits.
    LenientHex {
        half: Option<u8>,
        /// Bytes of the stream so far.
        offset: usize,
        ended: bool,
        ignored_from: Option<usize>,
    },
    LenientBase64(Lenient),
    Text {
        from: Encoding,
        mode: Mode,
        /// A part of a character.
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
    pub(super) fn strict(from: Encoding) -> Self {
        match from {
            Encoding::Hex => Self::Hex(Lines::default()),
            Encoding::Base64 | Encoding::Base64Url => {
                Self::Base64(Lines::default(), from.alphabet())
            }
            _ => Self::text(from, Mode::Strict),
        }
    }

    pub(super) fn lenient(from: Encoding) -> Self {
        match from {
            Encoding::Hex => Self::LenientHex {
                half: None,
                offset: 0,
                ended: false,
                ignored_from: None,
            },
            Encoding::Base64 | Encoding::Base64Url => Self::LenientBase64(Lenient::default()),
            _ => Self::text(from, Mode::Lenient),
        }
    }

    fn text(from: Encoding, mode: Mode) -> Self {
        Self::Text {
            from,
            mode,
            carry: Vec::new(),
            offset: 0,
        }
    }

    /// Decodes what is whole with `chunk`, and passes it on.
    pub(super) fn push(
        &mut self,
        chunk: &[u8],
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let decoded = match self {
            // That would be the end.
            _ if chunk.is_empty() => Ok(()),
            Self::Hex(lines) => decode_hex(lines, chunk, &mut bytes),
            Self::Base64(lines, alphabet) => decode_base64(lines, *alphabet, chunk, &mut bytes),
            Self::LenientHex {
                half,
                offset,
                ended,
                ignored_from,
            } => {
                let mut text: Vec<u8> = half.take().into_iter().collect();
                let start = *offset - text.len();
                *offset += chunk.len();
                text.extend_from_slice(chunk);
                let pairs = if *ended { 0 } else { text.len() & !1 };
                let decoded = hex::decode_into(&text[..pairs], &mut bytes);
                *ended |= decoded.is_err();
                let used = decoded
                    .err()
                    .map_or(pairs, |error| error.offset().unwrap_or_default());
                if *ended {
                    let lost = text[used..]
                        .iter()
                        .position(|byte| !byte.is_ascii_whitespace());
                    *ignored_from = ignored_from.or(lost.map(|lost| start + used + lost));
                } else {
                    *half = text.get(pairs).copied();
                }
                Ok(())
            }
            Self::LenientBase64(lenient) => {
                lenient.push(chunk, &mut bytes);
                Ok(())
            }
            Self::Text {
                from,
                mode,
                carry,
                offset,
            } => {
                let mut joined = mem::take(carry);
                let whole = if joined.is_empty() {
                    chunk
                } else {
                    joined.extend_from_slice(chunk);
                    &joined
                };
                let (body, tail) = whole.split_at(whole.len() - incomplete_suffix(*from, whole));
                let decoded = decode_text(*from, *mode, body, encoder, out);
                let start = mem::replace(offset, *offset + body.len());
                *carry = tail.to_vec();
                return decoded.map_err(|error| error.moved_by(start));
            }
        };
        encoder.bytes(&bytes, out);
        decoded
    }

    /// Decodes what waits.
    pub(super) fn finish(&mut self, encoder: &mut Encoder, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let decoded = match self {
            Self::Hex(lines) => {
                let joined = lines.join(b"");
                hex::decode_into(&joined.text, &mut bytes)
                    .map_err(|error| at_position(error, |index| joined.position(index)))
            }
            Self::Base64(lines, alphabet) => {
                let joined = lines.join(b"");
                base64_blocks::decode_into(&joined.text, *alphabet, &mut bytes)
                    .map_err(|error| at_position(error, |index| joined.position(index)))
            }
            Self::LenientHex {
                half,
                offset,
                ignored_from,
                ..
            } => {
                let lost = half.take().is_some_and(|byte| !byte.is_ascii_whitespace());
                *ignored_from = ignored_from.or(lost.then(|| *offset - 1));
                Ok(())
            }
            Self::LenientBase64(lenient) => {
                lenient.finish(&mut bytes);
                Ok(())
            }
            Self::Text {
                from,
                mode,
                carry,
                offset,
            } => {
                let decoded = decode_text(*from, *mode, &mem::take(carry), encoder, out);
                return decoded.map_err(|error| error.moved_by(*offset));
            }
        };
        encoder.bytes(&bytes, out);
        decoded
    }
}

/// Appends the bytes of all pairs of digits.
fn decode_hex(lines: &mut Lines, chunk: &[u8], bytes: &mut Vec<u8>) -> Result<(), Error> {
    let joined = lines.join(chunk);
    let whole = joined.text.len() & !1;
    let decoded = hex::decode_into(&joined.text[..whole], bytes);
    lines.keep(&joined, whole);
    decoded.map_err(|error| at_position(error, |index| joined.position(index)))
}

/// Appends the bytes of all groups but the last, which may have padding, after which nothing may come.
fn decode_base64(
    lines: &mut Lines,
    alphabet: Alphabet,
    chunk: &[u8],
    bytes: &mut Vec<u8>,
) -> Result<(), Error> {
    let joined = lines.join(chunk);
    let whole = joined.text.len().saturating_sub(1) & !3;
    let groups = &joined.text[..whole];
    let decoded = base64_blocks::decode_into(groups, alphabet, bytes);
    let decoded = decoded.and_then(|()| match groups.ends_with(b"=") {
        true => Err(base64::after_padding(whole, alphabet)),
        false => Ok(()),
    });
    lines.keep(&joined, whole);
    decoded.map_err(|error| at_position(error, |index| joined.position(index)))
}

fn at_position(error: Error, position: impl Fn(usize) -> usize) -> Error {
    let index = error.offset().unwrap_or_default();
    error.with_offset(position(index))
}

/// Passes on whole characters; on an error, those before it.
fn decode_text(
    from: Encoding,
    mode: Mode,
    body: &[u8],
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    match encoder {
        &mut Encoder::Text(to) if mode == Mode::Lenient => {
            Encoder::text_lossy(&from.to_text_lossy(body), to, out);
            Ok(())
        }
        &mut Encoder::Text(to) => {
            let mut good = String::new();
            let decoded = from.text_into(body, &mut good);
            if let Err(unencodable) = to.bytes_into(&good, out) {
                let encodable = &good[..unencodable.offset().unwrap_or_default()];
                return Err(unencodable.with_offset(from.byte_length(encodable)));
            }
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
