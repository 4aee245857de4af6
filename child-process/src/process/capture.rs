//! A pipe from the child, read as it comes, and kept up to a limit.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// Read at a time; as much as a pipe holds.
const CHUNK_BYTES: usize = 64 * 1024;

/// What one stream has given so far.
#[derive(Debug)]
pub struct Capture {
    /// None at its end.
    pipe: Option<pipe::Receiver>,
    bytes: Vec<u8>,
    limit: usize,
}

/// What came of a read.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    Some,
    /// More than is kept.
    TooMuch,
    End,
}

impl Capture {
    /// Captures up to `limit` bytes from `pipe`; nothing if there is none.
    pub fn new(pipe: Option<pipe::Receiver>, limit: usize) -> Self {
        Self {
            pipe,
            bytes: Vec::new(),
            limit,
        }
    }

    pub fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    /// Reads once; what is beyond the limit is thrown away.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn read(&mut self) -> io::Result<Read> {
        let Some(pipe) = &mut self.pipe else {
            return std::future::pending().await;
        };
        // One byte more than is kept shows that there is more.
        let room = (self.limit - self.bytes.len())
            .saturating_add(1)
            .min(CHUNK_BYTES);
        if self.bytes.capacity() - self.bytes.len() < room {
            let most = self.limit.saturating_add(1);
            let double = self.bytes.len().saturating_mul(2).max(CHUNK_BYTES);
            self.bytes
                .reserve_exact(double.min(most) - self.bytes.len());
        }
        let read = pipe.take(room as u64).read_buf(&mut self.bytes).await?;
        if read == 0 {
            self.pipe = None;
            return Ok(Read::End);
        }
        if self.bytes.len() > self.limit {
            self.bytes.truncate(self.limit);
            return Ok(Read::TooMuch);
        }
        Ok(Read::Some)
    }

    /// What was kept. The pipe is closed, if it was not at its end.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
