//! Writable: bytes into anything that is `AsyncWrite`, with a high-water mark and joined writes.
//!
//! Node's `cork()` holds small writes back until `uncork()` sends them as one `writev`; it also joins
//! the writes that pile up while the destination is busy. In a [`Sink`] the two have names of their own:
//! `feed` queues, `flush` sends, `send` does both. The queue is bounded: over the high-water mark
//! `feed` waits until the destination has taken it, where Node's `write()` only returns `false`.
//!
//! A writer learns only from a failed write that its reader has gone. [`ByteSink::duplex`] also reads,
//! so that it notices while there is nothing to write, as a Node socket does.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures::sink::Sink;
use tokio::io::{AsyncRead, AsyncWrite, Empty, ReadBuf, ReadHalf, WriteHalf};

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
pub struct ByteSink<W, R = Empty> {
    destination: W,
    /// The other direction, whose end says that the peer has gone.
    peer: Option<R>,
    is_closed: bool,
    queue: VecDeque<Bytes>,
    queued_bytes: usize,
    high_water_mark: usize,
}

impl<W: AsyncWrite + Unpin> ByteSink<W> {
    /// Makes a sink with Node's high-water mark.
    ///
    /// It does not read, so it cannot see that a peer has gone while there is nothing to write, and a pipeline
    /// whose source is idle goes on waiting. For a socket take [`ByteSink::duplex`], or the writing half with
    /// this one if the other half is read elsewhere.
    pub fn new(destination: W) -> Self {
        Self::with_high_water_mark(destination, DEFAULT_HIGH_WATER_MARK)
    }

    /// Makes a sink that takes more as long as fewer than `high_water_mark` bytes are queued (0 acts as 1).
    pub fn with_high_water_mark(destination: W, high_water_mark: usize) -> Self {
        Self::with_peer(destination, None, high_water_mark)
    }
}

impl<S: AsyncRead + AsyncWrite> ByteSink<WriteHalf<S>, ReadHalf<S>> {
    /// Makes a sink of a socket or another duplex that fails with [`Error::PrematureClose`] when the peer leaves.
    ///
    /// A pipeline into it ends even while its source has nothing to send. Bytes that the peer
    /// sends are read and dropped; a peer that ends only its writing half is taken to have left.
    pub fn duplex(stream: S) -> Self {
        let (peer, destination) = tokio::io::split(stream);
        Self::with_peer(destination, Some(peer), DEFAULT_HIGH_WATER_MARK)
    }
}

impl<W, R> ByteSink<W, R> {
    fn with_peer(destination: W, peer: Option<R>, high_water_mark: usize) -> Self {
        Self {
            destination,
            peer,
            is_closed: false,
            queue: VecDeque::new(),
            queued_bytes: 0,
            high_water_mark: high_water_mark.max(1),
        }
    }
}

impl<W: AsyncWrite + Unpin, R: AsyncRead + Unpin> ByteSink<W, R> {
    /// Returns how many bytes were fed and not yet taken: `writableLength`.
    pub fn queued_bytes(&self) -> usize {
        self.queued_bytes
    }

    /// Returns the destination. Bytes that are written to it directly overtake those in the queue.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.destination
    }

    fn check_peer(&mut self, cx: &mut Context<'_>) -> Result<(), Error> {
        let mut ignored = [0; 1024];
        while let Some(peer) = &mut self.peer {
            let mut buffer = ReadBuf::new(&mut ignored);
            match Pin::new(peer).poll_read(cx, &mut buffer) {
                Poll::Pending => break,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Err(Error::PrematureClose),
            }
        }
        Ok(())
    }

    fn poll_write_queue(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.queue.is_empty() {
            let chunks = self.queue.iter().take(MAX_SLICES);
            let slices: Vec<_> = chunks.map(|chunk| IoSlice::new(chunk)).collect();
            let destination = Pin::new(&mut self.destination);
            let written = ready!(destination.poll_write_vectored(cx, &slices));
            let mut taken = written.map_err(Error::Write)?;
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

impl<W: AsyncWrite + Unpin, R: AsyncRead + Unpin> Sink<Bytes> for ByteSink<W, R> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.is_closed {
            return Poll::Ready(Err(Error::WriteAfterEnd));
        }
        self.check_peer(cx)?;
        match self.queued_bytes < self.high_water_mark {
            true => Poll::Ready(Ok(())),
            false => self.poll_write_queue(cx),
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
        self.check_peer(cx)?;
        ready!(self.poll_write_queue(cx))?;
        let flushed = Pin::new(&mut self.destination).poll_flush(cx);
        flushed.map_err(Error::Write)
    }

    /// Writes the queue and shuts the destination down: `end()`.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // A socket that is shut down twice may say that it is not connected.
        if !self.is_closed {
            ready!(self.poll_write_queue(cx))?;
            ready!(Pin::new(&mut self.destination).poll_shutdown(cx)).map_err(Error::Write)?;
            self.is_closed = true;
        }
        Poll::Ready(Ok(()))
    }
}
