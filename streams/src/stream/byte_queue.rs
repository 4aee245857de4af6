//! Backpressure in one file: a queue that counts bytes, with Node's advice and Rust's wall.
//!
//! Node's `write()` takes whatever it is given and returns `false` when the producer should stop; one
//! that does not listen fills the memory. [`Producer::push`] is that advice. [`Producer::send`] is
//! the wall: it does not return until there is room, so nobody can forget to listen.
//! Bytes count as queued until the consumer drops the chunk, as Node's do until `callback()`.

use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::Stream;
use tokio::sync::{Notify, mpsc};

use crate::Error;

/// What a producer is told after a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStatus {
    /// Fewer bytes are queued than the high-water mark: `write()` returned `true`.
    Ready,
    /// The mark is reached: wait for [`Producer::drained`].
    Full,
}

/// A queue of chunks with a mark at `high_water_mark` bytes.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use futures::StreamExt;
/// use streams::{WriteStatus, byte_queue};
///
/// let (producer, mut consumer) = byte_queue(10);
/// assert_eq!(producer.push("four".into())?, WriteStatus::Ready);
/// assert_eq!(producer.push("and seven".into())?, WriteStatus::Full);
///
/// while producer.queued_bytes() > 0 {
///     drop(consumer.next().await);
/// }
/// producer.drained().await?; // at once: the queue is empty again
/// # Ok(()) }
/// ```
pub fn byte_queue(high_water_mark: usize) -> (Producer, Consumer) {
    let (chunks, received) = mpsc::unbounded_channel();
    let occupancy = Arc::new(Occupancy {
        queued_bytes: Mutex::new(0),
        changed: Notify::new(),
        high_water_mark,
    });
    (
        Producer {
            chunks,
            occupancy: Arc::clone(&occupancy),
        },
        Consumer {
            received,
            occupancy,
        },
    )
}

/// The writing end. Dropping it is `end()`: the consumer sees the end after the last chunk.
#[derive(Debug)]
pub struct Producer {
    chunks: mpsc::UnboundedSender<Bytes>,
    occupancy: Arc<Occupancy>,
}

/// The reading end, a [`Stream`] of [`Chunk`]s.
#[derive(Debug)]
pub struct Consumer {
    received: mpsc::UnboundedReceiver<Bytes>,
    occupancy: Arc<Occupancy>,
}

/// Bytes on their way through a queue; they leave it when this is dropped.
#[derive(Debug)]
pub struct Chunk {
    bytes: Bytes,
    occupancy: Arc<Occupancy>,
}

#[derive(Debug)]
struct Occupancy {
    queued_bytes: Mutex<usize>,
    changed: Notify,
    high_water_mark: usize,
}

impl Producer {
    /// Queues `chunk`, whatever is queued already, and says whether to go on: `write()`.
    ///
    /// # Errors
    ///
    /// [`Error::PrematureClose`] if the consumer is gone.
    pub fn push(&self, chunk: Bytes) -> Result<WriteStatus, Error> {
        let queued_bytes = self
            .occupancy
            .add(chunk.len(), |_| true)
            .unwrap_or_default();
        self.enqueue(chunk)?;
        Ok(if queued_bytes < self.occupancy.high_water_mark {
            WriteStatus::Ready
        } else {
            WriteStatus::Full
        })
    }

    /// Waits until `chunk` fits below the mark, or alone, and queues it.
    ///
    /// # Errors
    ///
    /// [`Error::PrematureClose`] if the consumer is gone or goes while this waits.
    ///
    /// # Cancel safety
    ///
    /// A dropped `send` has queued nothing.
    pub async fn send(&self, chunk: Bytes) -> Result<(), Error> {
        let (len, mark) = (chunk.len(), self.occupancy.high_water_mark);
        // Looking and taking the room is one step: another sender may want it too.
        self.until(|| {
            self.occupancy
                .add(len, |queued_bytes| {
                    queued_bytes == 0 || queued_bytes + len <= mark
                })
                .is_some()
        })
        .await?;
        self.enqueue(chunk)
    }

    /// Sends a chunk that has been counted.
    fn enqueue(&self, chunk: Bytes) -> Result<(), Error> {
        self.chunks.send(chunk).map_err(|refused| {
            self.occupancy.release(refused.0.len());
            Error::PrematureClose
        })
    }

    /// Waits until the queue is empty: the `'drain'` event.
    ///
    /// # Errors
    ///
    /// [`Error::PrematureClose`] if the consumer goes away first.
    pub async fn drained(&self) -> Result<(), Error> {
        self.until(|| self.queued_bytes() == 0).await
    }

    /// How many bytes were pushed and not yet let go of: `writableLength`.
    pub fn queued_bytes(&self) -> usize {
        *self.occupancy.lock()
    }

    async fn until(&self, reached: impl Fn() -> bool) -> Result<(), Error> {
        loop {
            // Listening starts before looking, so that no change falls between the two.
            let changed = self.occupancy.changed.notified();
            if reached() {
                return Ok(());
            }
            tokio::select! {
                () = changed => {}
                () = self.chunks.closed() => return Err(Error::PrematureClose),
            }
        }
    }
}

impl Stream for Consumer {
    type Item = Chunk;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Chunk>> {
        let next = self.received.poll_recv(cx);
        next.map(|bytes| {
            bytes.map(|bytes| Chunk {
                bytes,
                occupancy: Arc::clone(&self.occupancy),
            })
        })
    }
}

impl Deref for Chunk {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.occupancy.release(self.bytes.len());
    }
}

impl Occupancy {
    /// Counts `bytes` if there is `room` beside what is queued, and returns how many are queued then.
    fn add(&self, bytes: usize, room: impl FnOnce(usize) -> bool) -> Option<usize> {
        let mut queued_bytes = self.lock();
        room(*queued_bytes).then(|| {
            *queued_bytes += bytes;
            *queued_bytes
        })
    }

    fn release(&self, bytes: usize) {
        *self.lock() -= bytes;
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.queued_bytes
            .lock()
            .expect("nobody panics while holding the count")
    }
}
