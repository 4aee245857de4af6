//! Text whose characters and lines are cut by chunk borders: `StringDecoder`, `setEncoding`, `readline`.
//!
//! A chunk border may fall inside a character, so each chunk cannot be decoded alone. [`Utf8`] keeps up
//! to three bytes for the next chunk. [`Lines`] needs no such memory: no UTF-8 character has
//! a newline byte inside, so it splits first and decodes whole lines.
//!
//! Node replaces what is not UTF-8 by U+FFFD; that is `lossy()` here. By default bad bytes are an error with their offset.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::Error;
use crate::transform::Transform;

/// Decodes UTF-8 whatever the chunking: bytes in, text out. A [`Transform`].
#[derive(Debug, Default)]
pub struct Utf8 {
    lossy: bool,
    /// The beginning of a character whose rest has not come yet.
    carry: Vec<u8>,
    /// Bytes decoded so far, the carry not among them.
    offset: u64,
}

impl Utf8 {
    /// A decoder that refuses bytes that are not UTF-8.
    pub fn strict() -> Self {
        Self::default()
    }

    /// A decoder that puts U+FFFD for each bad sequence, as Node's `StringDecoder` does.
    pub fn lossy() -> Self {
        Self {
            lossy: true,
            ..Self::default()
        }
    }

    fn bad(&self) -> Result<char, Error> {
        if self.lossy {
            Ok(char::REPLACEMENT_CHARACTER)
        } else {
            Err(Error::InvalidUtf8 {
                offset: self.offset,
            })
        }
    }

    /// Decodes as much as is whole, appends it to `text` and keeps the rest.
    fn decode(&mut self, bytes: &[u8], text: &mut String) -> Result<(), Error> {
        let mut rest = bytes;
        loop {
            let (valid, bad) = match str::from_utf8(rest) {
                Ok(valid) => (valid, None),
                Err(error) => {
                    let (valid, bad) = rest.split_at(error.valid_up_to());
                    (
                        str::from_utf8(valid).expect("valid up to here"),
                        Some((bad, error.error_len())),
                    )
                }
            };
            text.push_str(valid);
            self.offset += valid.len() as u64;
            match bad {
                None => return Ok(()),
                Some((cut, None)) => {
                    self.carry = cut.to_vec();
                    return Ok(());
                }
                Some((bad, Some(len))) => {
                    text.push(self.bad()?);
                    self.offset += len as u64;
                    rest = &bad[len..];
                }
            }
        }
    }
}

impl Transform for Utf8 {
    type Input = Bytes;
    type Output = String;
    type Error = Error;

    /// Pushes the text of each chunk, even when it is empty: one output for one input.
    fn transform(&mut self, chunk: Bytes, out: &mut VecDeque<String>) -> Result<(), Error> {
        let mut text = String::with_capacity(chunk.len());
        let outcome = if self.carry.is_empty() {
            self.decode(&chunk, &mut text)
        } else {
            let mut bytes = std::mem::take(&mut self.carry);
            bytes.extend_from_slice(&chunk);
            self.decode(&bytes, &mut text)
        };
        out.push_back(text);
        outcome
    }

    /// Half a character at the end is one bad sequence.
    fn flush(&mut self, out: &mut VecDeque<String>) -> Result<(), Error> {
        if !self.carry.is_empty() {
            out.push_back(self.bad()?.to_string());
        }
        Ok(())
    }
}

/// Splits bytes into lines, without their `\n` or `\r\n`. A [`Transform`].
///
/// The last line needs no newline. Unlike Node's `readline`, a lone `\r` does not end a line.
#[derive(Debug)]
pub struct Lines {
    line: BytesMut,
    number: u64,
    limit: usize,
}

impl Lines {
    /// Lines of any length.
    #[expect(
        clippy::new_without_default,
        reason = "an unlimited reader should be asked for by name"
    )]
    pub fn new() -> Self {
        Self::at_most(usize::MAX)
    }

    /// Lines of at most `limit` bytes; a longer one is [`Error::LineTooLong`], however it is chunked.
    pub fn at_most(limit: usize) -> Self {
        Self {
            line: BytesMut::new(),
            number: 1,
            limit,
        }
    }

    fn take(&mut self, out: &mut VecDeque<Bytes>) {
        self.number += 1;
        out.push_back(self.line.split().freeze());
    }

    /// How long the line would be without the `\r` that may be half of its end.
    fn len_before_return(&self) -> usize {
        self.line.len() - usize::from(self.line.last() == Some(&b'\r'))
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), Error> {
        self.line.extend_from_slice(part);
        self.check(self.len_before_return())
    }

    fn check(&self, len: usize) -> Result<(), Error> {
        if len > self.limit {
            Err(Error::LineTooLong {
                number: self.number,
                limit: self.limit,
            })
        } else {
            Ok(())
        }
    }
}

impl Transform for Lines {
    type Input = Bytes;
    type Output = Bytes;
    type Error = Error;

    fn transform(&mut self, chunk: Bytes, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        let mut parts = chunk.split(|&byte| byte == b'\n');
        let unfinished = parts.next_back().unwrap_or_default();
        for part in parts {
            self.extend(part)?;
            self.line.truncate(self.len_before_return());
            self.take(out);
        }
        self.extend(unfinished)
    }

    fn flush(&mut self, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        // No newline came, so a `\r` at the end was no half of one.
        self.check(self.line.len())?;
        if !self.line.is_empty() {
            self.take(out);
        }
        Ok(())
    }
}
