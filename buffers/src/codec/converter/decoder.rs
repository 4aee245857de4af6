//! The first half of a conversion: chunks to bytes, or to text.

use std::mem;

use super::super::base64_lenient::Lenient;
use super::super::string_decoder::incomplete_suffix;
use super::super::transcode;
use super::encoder::Encoder;
use super::lines::Lines;
use crate::{Encoding, Error};

#[derive(Debug)]
pub(super) enum Decoder {
    /// Digits of hex, or characters of base64, in lines.
    Strict(Lines),
    /// Node's hex ends at the first pair that is not two digits. It holds a digit without its second one; `None` after the end.
    LenientHex(Option<Vec<u8>>),
    LenientBase64(Lenient),
    Text(Text),
}

/// Characters as bytes; `carry` is the part of one at the end of a chunk.
#[derive(Debug)]
pub(super) struct Text {
    from: Encoding,
    mode: Mode,
    carry: Vec<u8>,
    /// Bytes of the stream before the carry.
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Strict,
    Lenient,
}

impl Decoder {
    pub(super) fn new(from: Encoding, mode: Mode) -> Self {
        match (from.is_binary_to_text(), mode) {
            (false, _) => Self::Text(Text {
                from,
                mode,
                carry: Vec::new(),
                offset: 0,
            }),
            (true, Mode::Strict) => Self::Strict(Lines::new(from)),
            _ if from == Encoding::Hex => Self::LenientHex(Some(Vec::new())),
            _ => Self::LenientBase64(Lenient::default()),
        }
    }

    /// Decodes all whole characters up to the end of `chunk`, or with `None` the rest of the stream, and passes them on.
    pub(super) fn push(
        &mut self,
        chunk: Option<&[u8]>,
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let (mut bytes, mut decoded) = (Vec::new(), Ok(()));
        match (self, chunk) {
            (Self::Text(text), _) => return text.push(chunk, encoder, out),
            (Self::Strict(lines), _) => decoded = lines.decode(chunk, &mut bytes),
            (Self::LenientHex(carry @ Some(_)), Some(chunk)) => {
                let text = [&carry.take().unwrap_or_default(), chunk].concat();
                let (pairs, half) = text.split_at(text.len() & !1);
                let is_good = Encoding::Hex.decode_into(pairs, &mut bytes).is_ok();
                *carry = is_good.then(|| half.to_vec());
            }
            (Self::LenientHex(_), _) => {}
            (Self::LenientBase64(lenient), Some(chunk)) => lenient.push(chunk, &mut bytes),
            (Self::LenientBase64(lenient), None) => lenient.finish(&mut bytes),
        }
        encoder.bytes(&bytes, out);
        decoded
    }
}

impl Text {
    fn push(
        &mut self,
        chunk: Option<&[u8]>,
        encoder: &mut Encoder,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut joined = mem::take(&mut self.carry);
        let whole = match chunk {
            Some(chunk) if joined.is_empty() => chunk,
            _ => {
                joined.extend_from_slice(chunk.unwrap_or_default());
                &joined
            }
        };
        let carry = chunk.map_or(0, |_| incomplete_suffix(self.from, whole));
        let (body, tail) = whole.split_at(whole.len() - carry);
        self.carry = tail.to_vec();
        let start = self.offset;
        self.offset += body.len();
        let decoded = self.decode(body, encoder, out);
        decoded.map_err(|error| error.map_offset(|offset| start + offset))
    }

    /// Passes on whole characters; on an error, those before it.
    fn decode(&self, body: &[u8], encoder: &mut Encoder, out: &mut Vec<u8>) -> Result<(), Error> {
        let from = self.from;
        let mut good = String::new();
        match (&*encoder, self.mode) {
            (&Encoder::Text(to), Mode::Lenient) => {
                out.extend(transcode::encode(&from.to_text_lossy(body), to));
            }
            (&Encoder::Text(to), Mode::Strict) => {
                let decoded = from.text_into(body, &mut good);
                // A character that `to` lacks is named by its place in the input.
                to.bytes_into(&good, out).map_err(|error| {
                    error.map_offset(|offset| from.byte_length(&good[..offset]))
                })?;
                return decoded;
            }
            // Any byte is Latin-1, and what is lenient is not looked at.
            _ if self.mode == Mode::Lenient || from == Encoding::Latin1 => encoder.bytes(body, out),
            _ => {
                let decoded = from.text_into(body, &mut good);
                let end = decoded.as_ref().err().and_then(Error::offset);
                encoder.bytes(&body[..end.unwrap_or(body.len())], out);
                return decoded;
            }
        }
        Ok(())
    }
}
