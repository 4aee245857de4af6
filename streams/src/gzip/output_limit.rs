//! A guard against bombs: a few kilobytes that decompress to terabytes.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::{Error, Transform};

/// Passes bytes on until there are more than `limit`.
pub(super) struct OutputLimit {
    pub limit: u64,
    pub passed: u64,
}

impl Transform for OutputLimit {
    type Input = Bytes;
    type Output = Bytes;
    type Error = Error;

    async fn transform(
        &mut self,
        mut chunk: Bytes,
        out: &mut VecDeque<Bytes>,
    ) -> Result<(), Error> {
        let room = usize::try_from(self.limit - self.passed).unwrap_or(usize::MAX);
        let is_over = chunk.len() > room;
        chunk.truncate(room);
        self.passed += chunk.len() as u64;
        out.extend(Some(chunk).filter(|chunk| !chunk.is_empty()));
        match is_over {
            true => Err(Error::OutputLimit { limit: self.limit }),
            false => Ok(()),
        }
    }
}
