//! UTF-16, little endian: `Buffer.from(text, 'utf16le')`, `buf.toString('utf16le')`.
//!
//! Node keeps lone surrogates, since its strings may hold them; a Rust `String` gets U+FFFD. An odd last byte is dropped.

use crate::{Encoding, Error};

/// So many ASCII characters are looked at together.
const RUN: usize = 32;

pub(crate) fn encode(text: &str) -> Vec<u8> {
    let mut out = vec![0; 2 * text.len()];
    let mut len = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = ascii_prefix(rest.as_bytes());
        let (run, tail) = rest.split_at(ascii);
        for (unit, byte) in out[len..].chunks_exact_mut(2).zip(run.bytes()) {
            unit.copy_from_slice(&[byte, 0]);
        }
        len += 2 * ascii;
        // Text that is not ASCII seldom is so for one character only.
        let mut others = tail.chars();
        for other in others.by_ref().take_while(|other| !other.is_ascii()) {
            for unit in other.encode_utf16(&mut [0; 2]) {
                out[len..len + 2].copy_from_slice(&unit.to_le_bytes());
                len += 2;
            }
        }
        // `take_while` has eaten the character that ended it.
        rest = match tail.char_indices().find(|(_, other)| other.is_ascii()) {
            Some((place, _)) => &tail[place..],
            None => "",
        };
    }
    out.truncate(len);
    out
}

/// How many bytes from the start are ASCII, in whole runs as long as there are any.
fn ascii_prefix(bytes: &[u8]) -> usize {
    let runs = bytes
        .chunks_exact(RUN)
        .take_while(|run| run.iter().fold(0, |all, byte| all | byte) < 0x80)
        .count();
    let start = runs * RUN;
    start
        + bytes[start..]
            .iter()
            .take(RUN)
            .take_while(|byte| byte.is_ascii())
            .count()
}

pub(crate) fn units(bytes: &[u8]) -> Vec<u16> {
    bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

pub(crate) fn decode(bytes: &[u8]) -> Result<String, Error> {
    let invalid = |unit: usize, reason| Error::Invalid {
        encoding: Encoding::Utf16le,
        offset: 2 * unit,
        reason,
    };
    let mut place = 0;
    let mut text = String::with_capacity(bytes.len());
    for decoded in char::decode_utf16(units(bytes)) {
        let character = decoded.map_err(|_| invalid(place, "half a surrogate pair"))?;
        place += character.len_utf16();
        text.push(character);
    }
    if bytes.len() % 2 == 1 {
        Err(invalid(bytes.len() / 2, "half a unit"))
    } else {
        Ok(text)
    }
}

pub(crate) fn decode_lossy(bytes: &[u8]) -> String {
    let units = units(bytes);
    let mut text = String::with_capacity(units.len() + units.len() / 2);
    let mut rest = &units[..];
    while !rest.is_empty() {
        let ascii = ascii_units(rest);
        text.extend(rest[..ascii].iter().map(|&unit| char::from(unit as u8)));
        rest = &rest[ascii..];
        let others = rest.iter().take_while(|&&unit| unit >= 0x80).count();
        text.extend(
            char::decode_utf16(rest[..others].iter().copied())
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
        );
        rest = &rest[others..];
    }
    text
}

fn ascii_units(units: &[u16]) -> usize {
    let runs = units
        .chunks_exact(RUN)
        .take_while(|run| run.iter().fold(0, |all, unit| all | unit) < 0x80)
        .count();
    let start = runs * RUN;
    start
        + units[start..]
            .iter()
            .take(RUN)
            .take_while(|&&unit| unit < 0x80)
            .count()
}
