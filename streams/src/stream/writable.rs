//! Writable: bytes into anything that is `AsyncWrite`, with a high-water mark and joined writes.
//!
//! Node's `cork()` holds small writes back until `uncork()` sends them as one `writev`; it also joins
//! what piles up while the destination is busy. In a [`Sink`] the two have names of their own: `feed`
//! queues, `flush` sends, `send` does both. The queue is bounded: over the high-water mark
//! `feed` waits until the destination has taken it, where Node's `write()` only advises.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures::sink::Sink;
use tokio::io::AsyncWrite;

use crate::Error;

/// Node's default for byte streams since version 22: 64 KiB.
pub const DEFAULT_HIGH_WATER_MARK: usize = 64 * 1024;

/// The most slices that go into one `writev`; Linux takes 1,024, few destinations profit from more than this.
const MAX_SLICES: usize = 64;

/// A [`Sink`] of [`Bytes`] that writes them to `W` without copying them.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use futures::SinkExt;
///
/// let mut written = Vec::new();
/// let mut sink = streams::ByteSink::new(&mut written);
/// sink.feed("many ".into()).await?;
/// sink.feed("small ".into()).await?;
/// sink.send("writes".into()).await?; // one writev for all three
/// sink.close().await?;
///
/// assert_eq!(written, b"many small writes");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct ByteSink<W> {
    destination: W,
    queue: VecDeque<Bytes>,
    queued_bytes: usize,
    high_water_mark: usize,
}

impl<W: AsyncWrite + Unpin> ByteSink<W> {
    /// A sink with Node's high-water mark.
    pub fn new(destination: W) -> Self {
        Self::with_high_water_mark(destination, DEFAULT_HIGH_WATER_MARK)
    }

    /// A sink that takes more as long as fewer than `high_water_mark` bytes are queued (0 acts as 1).
    pub fn with_high_water_mark(destination: W, high_water_mark: usize) -> Self {
        Self {
            destination,
            queue: VecDeque::new(),
            queued_bytes: 0,
            high_water_mark: high_water_mark.max(1),
        }
    }

    /// How many bytes were fed and not yet taken: `writableLength`.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// The destination. What is written to it directly overtakes what is queued.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.destination
    }

    fn poll_write_queue(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.queue.is_empty() {
            let slices: Vec<IoSlice<'_>> = self
                .queue
                .iter()
                .take(MAX_SLICES)
                .map(|chunk| IoSlice::new(chunk))
                .collect();
            let mut taken =
                ready!(Pin::new(&mut self.destination).poll_write_vectored(cx, &slices))
                    .map_err(Error::Write)?;
            if taken == 0 {
                return Poll::Ready(Err(Error::Write(io::ErrorKind::WriteZero.into())));
            }
            self.queued_bytes -= taken;
            while let Some(first) = self.queue.front_mut().filter(|_| taken > 0) {
                let part = taken.min(first.len());
                first.advance(part);
                taken -= part;
                if first.is_empty() {
                    self.queue.pop_front();
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> Sink<Bytes> for ByteSink<W> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.queued_bytes < self.high_water_mark {
            Poll::Ready(Ok(()))
        } else {
            self.poll_write_queue(cx)
        }
    }

    fn start_send(mut self: Pin<&mut Self>, chunk: Bytes) -> Result<(), Error> {
        // An empty slice would look like a destination that takes nothing.
        if !chunk.is_empty() {
            self.queued_bytes += chunk.len();
            self.queue.push_back(chunk);
        }
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_write_queue(cx))?;
        Pin::new(&mut self.destination)
            .poll_flush(cx)
            .map_err(Error::Write)
    }

    /// Writes what is queued and shuts the destination down: `end()`.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_write_queue(cx))?;
        Pin::new(&mut self.destination)
            .poll_shutdown(cx)
            .map_err(Error::Write)
    }
}
