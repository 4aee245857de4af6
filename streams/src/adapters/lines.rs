//! Text whose lines are cut by chunk borders: `readline`.
//!
//! [`Lines`] splits bytes and leaves decoding to the reader of the line: no UTF-8 character has a
//! newline byte inside, so no character is ever cut.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::Error;
use crate::stream::Transform;

/// Splits bytes into lines, without their `\n` or `\r\n`. A [`Transform`].
///
/// The last line needs no newline. Unlike Node's `readline`, a lone `\r` does not end a line, and no
/// U+2028 or U+2029, at which Node 24 and 26 split and Node 22 does not.
#[derive(Debug)]
pub struct Lines {
    line: Vec<u8>,
    number: u64,
    limit: usize,
}

impl Lines {
    /// Splits into lines of any length.
    #[expect(
        clippy::new_without_default,
        reason = "an unlimited reader should be asked for by name"
    )]
    pub fn new() -> Self {
        Self::at_most(usize::MAX)
    }

    /// Splits into lines of at most `limit` bytes; a longer one is [`Error::LineTooLong`], however it is chunked.
    pub fn at_most(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            number: 1,
            limit,
        }
    }

    fn take(&mut self, out: &mut VecDeque<Bytes>) {
        self.number += 1;
        // A copy of its own: a line that is kept must not keep its neighbours.
        out.push_back(Bytes::copy_from_slice(&self.line));
        self.line.clear();
    }

    /// Returns how long the line would be without the `\r` that may be half of its end.
    fn len_before_return(&self) -> usize {
        self.line.len() - usize::from(self.line.last() == Some(&b'\r'))
    }

    fn extend(&mut self, part: &[u8]) -> Result<(), Error> {
        self.line.extend_from_slice(part);
        self.check(self.len_before_return())
    }

    fn check(&self, len: usize) -> Result<(), Error> {
        let (number, limit) = (self.number, self.limit);
        match len > limit {
            true => Err(Error::LineTooLong { number, limit }),
            false => Ok(()),
        }
    }
}

impl Transform for Lines {
    type Input = Bytes;
    type Output = Bytes;
    type Error = Error;

    async fn transform(&mut self, chunk: Bytes, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        let mut parts = chunk.split(|&byte| byte == b'\n');
        let unfinished = parts.next_back().unwrap_or_default();
        for part in parts {
            self.extend(part)?;
            self.line.truncate(self.len_before_return());
            self.take(out);
        }
        self.extend(unfinished)
    }

    async fn flush(&mut self, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        // No newline came, so a `\r` at the end was no half of one.
        self.check(self.line.len())?;
        if !self.line.is_empty() {
            self.take(out);
        }
        Ok(())
    }
}
