//! Cuts the input into the blocks that are compressed side by side.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::{Error, Transform};

/// How many bytes of input go into one block.
pub const BLOCK_BYTES: usize = 128 * 1024;

/// How far back deflate can refer.
const WINDOW_BYTES: usize = 32 * 1024;

/// A part of the input, and the end of the part before it.
pub(super) struct Block {
    pub bytes: Bytes,
    pub dictionary: Bytes,
}

/// Cuts a stream of chunks of any size into blocks of [`BLOCK_BYTES`].
#[derive(Default)]
pub(super) struct BlockSplitter {
    gathered: BytesMut,
    dictionary: Bytes,
}

impl BlockSplitter {
    fn take(&mut self) -> Block {
        let bytes = self.gathered.split().freeze();
        let next_dictionary = bytes.slice(bytes.len().saturating_sub(WINDOW_BYTES)..);
        Block {
            bytes,
            dictionary: std::mem::replace(&mut self.dictionary, next_dictionary),
        }
    }
}

impl Transform for BlockSplitter {
    type Input = Bytes;
    type Output = Block;
    type Error = Error;

    async fn transform(
        &mut self,
        mut chunk: Bytes,
        out: &mut VecDeque<Block>,
    ) -> Result<(), Error> {
        while !chunk.is_empty() {
            self.gathered.reserve(BLOCK_BYTES - self.gathered.len());
            let part = chunk.split_to(chunk.len().min(BLOCK_BYTES - self.gathered.len()));
            self.gathered.extend_from_slice(&part);
            if self.gathered.len() == BLOCK_BYTES {
                out.push_back(self.take());
            }
        }
        Ok(())
    }

    async fn flush(&mut self, out: &mut VecDeque<Block>) -> Result<(), Error> {
        if !self.gathered.is_empty() {
            out.push_back(self.take());
        }
        Ok(())
    }
}
