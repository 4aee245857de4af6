//! Text whose characters are cut by chunk borders: `StringDecoder`, `setEncoding`.
//!
//! A chunk border may fall inside a character, so each chunk cannot be decoded alone: [`Utf8`] keeps up
//! to three bytes for the next one. Node replaces what is not UTF-8 by U+FFFD; that is [`Utf8::lossy`].
//! By default bad bytes are an error with their offset.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::Error;
use crate::stream::Transform;

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
    /// Makes a decoder that refuses bytes that are not UTF-8.
    pub fn strict() -> Self {
        Self::default()
    }

    /// Makes a decoder that puts U+FFFD for each bad sequence, as Node's `StringDecoder` does.
    pub fn lossy() -> Self {
        Self {
            lossy: true,
            ..Self::default()
        }
    }

    fn bad(&self) -> Result<char, Error> {
        let offset = self.offset;
        match self.lossy {
            true => Ok(char::REPLACEMENT_CHARACTER),
            false => Err(Error::InvalidUtf8 { offset }),
        }
    }

    /// Decodes all whole characters, appends them to `text` and keeps the rest.
    fn decode(&mut self, bytes: &[u8], text: &mut String) -> Result<(), Error> {
        let mut rest = bytes.len();
        for part in bytes.utf8_chunks() {
            let (valid, bad) = (part.valid(), part.invalid());
            text.push_str(valid);
            self.offset += valid.len() as u64;
            rest -= valid.len() + bad.len();
            // The beginning of a character, and nothing after it that says otherwise.
            if rest == 0 && str::from_utf8(bad).is_err_and(|error| error.error_len().is_none()) {
                self.carry = bad.to_vec();
            } else if !bad.is_empty() {
                text.push(self.bad()?);
                self.offset += bad.len() as u64;
            }
        }
        Ok(())
    }
}

impl Transform for Utf8 {
    type Input = Bytes;
    type Output = String;
    type Error = Error;

    /// Pushes the text of each chunk, even when it is empty: one output for one input.
    async fn transform(&mut self, chunk: Bytes, out: &mut VecDeque<String>) -> Result<(), Error> {
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
    async fn flush(&mut self, out: &mut VecDeque<String>) -> Result<(), Error> {
        if !self.carry.is_empty() {
            out.push_back(self.bad()?.to_string());
        }
        Ok(())
    }
}
