//! Backpressure in one file: a queue between two tasks that counts bytes.
//!
//! Node's `write()` takes every chunk and returns `false` when the producer should pause; a producer
//! that ignores it fills the memory. [`Producer::push`] is that `write()`. As a [`Sink`], the producer
//! waits for room instead, so it cannot be ignored. A chunk counts as queued until the reader drops
//! it or asks for the next one, as Node's does until `callback()`.
//!
//! Objects instead of bytes (`objectMode`) need nothing of ours: [`tokio::sync::mpsc`] counts items.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::sink::Sink;
use futures::stream::Stream;

use crate::Error;

/// Whether a producer should go on writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteStatus {
    /// Fewer bytes are queued than the high-water mark: `write()` returned `true`.
    Ready,
    /// The mark is reached: wait for [`Producer::drained`].
    Full,
}

/// Makes a queue of chunks with a mark at `high_water_mark` bytes (0 acts as 1).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use futures::{SinkExt, TryStreamExt};
/// use streams::{WriteStatus, byte_queue};
///
/// let (mut producer, mut consumer) = byte_queue(10);
/// assert_eq!(producer.push("four".into())?, WriteStatus::Ready);
/// assert_eq!(producer.push("and seven".into())?, WriteStatus::Full);
///
/// drop(consumer.try_next().await?);
/// drop(consumer.try_next().await?);
/// producer.drained().await?; // returns at once: the queue is empty again
///
/// producer.send("waits for room".into()).await?; // as a Sink
/// producer.end();
/// # Ok(()) }
/// ```
pub fn byte_queue(high_water_mark: usize) -> (Producer, Consumer) {
    let queue = Arc::new(Queue {
        high_water_mark: high_water_mark.max(1),
        state: Mutex::default(),
    });
    (Producer(Arc::clone(&queue)), Consumer(queue))
}

/// The writing end, a [`Sink`] of [`Bytes`].
///
/// [`Producer::end`], or closing the sink, ends the queue. A producer that is dropped without it
/// has failed half-way: the consumer gets [`Error::PrematureClose`] after the last chunk.
#[derive(Debug)]
pub struct Producer(Arc<Queue>);

/// The reading end, a [`Stream`] of `Result<Bytes, Error>`.
///
/// The bytes of a chunk count as queued until its last clone is dropped or the next chunk is asked for, so
/// chunks can be collected; what was collected does not count.
#[derive(Debug)]
pub struct Consumer(Arc<Queue>);

#[derive(Debug)]
struct Queue {
    high_water_mark: usize,
    /// One lock for everything, so that no change falls between looking and going to sleep.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Bytes>,
    /// The bytes of `chunks` and of the chunk in hand.
    queued_bytes: usize,
    /// The number and the bytes of the chunk that was delivered last; 0 bytes once it does not count any more.
    in_hand: (u64, usize),
    end: End,
    consumer_is_gone: bool,
    producer_waker: Option<Waker>,
    consumer_waker: Option<Waker>,
}

#[derive(Debug, Default)]
enum End {
    /// More may come.
    #[default]
    Open,
    Ended,
    /// The consumer gets this error after the last chunk.
    Failed(Error),
}

impl Producer {
    /// Queues `chunk` however full the queue is, and says whether to go on: `write()`.
    ///
    /// # Errors
    ///
    /// [`Error::PrematureClose`] if the consumer is gone, [`Error::WriteAfterEnd`] after [`Producer::end`].
    pub fn push(&mut self, chunk: Bytes) -> Result<WriteStatus, Error> {
        let mut state = self.0.open()?;
        state.queued_bytes += chunk.len();
        state.chunks.push_back(chunk);
        let status = match state.queued_bytes < self.0.high_water_mark {
            true => WriteStatus::Ready,
            false => WriteStatus::Full,
        };
        wake(state.consumer_waker.take(), state);
        Ok(status)
    }

    /// Waits until the queue is empty: the `'drain'` event.
    ///
    /// # Errors
    ///
    /// [`Error::PrematureClose`] if the consumer goes away first.
    pub async fn drained(&mut self) -> Result<(), Error> {
        poll_fn(|cx| self.0.poll_below(1, cx)).await
    }

    /// Returns how many bytes were pushed and are not yet done with by the reader: `writableLength`.
    pub fn queued_bytes(&self) -> usize {
        self.0.lock().queued_bytes
    }

    /// Ends the queue: the consumer sees the end after the last chunk.
    pub fn end(&mut self) {
        self.0.close(End::Ended);
    }

    /// Ends the queue with an error, which the consumer gets after the last chunk: `destroy(error)`.
    pub fn fail(self, error: Error) {
        self.0.close(End::Failed(error));
    }
}

impl Sink<Bytes> for Producer {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_below(self.0.high_water_mark, cx)
    }

    fn start_send(mut self: Pin<&mut Self>, chunk: Bytes) -> Result<(), Error> {
        self.push(chunk).map(drop)
    }

    /// Is ready as long as the consumer is there, and wakes the task when it goes away.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_below(usize::MAX, cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let open = self.0.open().map(drop);
        self.end();
        Poll::Ready(open)
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.0.close(End::Failed(Error::PrematureClose));
    }
}

impl Stream for Consumer {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (in_hand, _) = self.0.lock().in_hand;
        self.0.release(in_hand);
        let mut state = self.0.lock();
        if let Some(bytes) = state.chunks.pop_front() {
            state.in_hand = (in_hand + 1, bytes.len());
            let delivered = Delivered {
                bytes,
                number: in_hand + 1,
                queue: Arc::clone(&self.0),
            };
            return Poll::Ready(Some(Ok(Bytes::from_owner(delivered))));
        }
        match std::mem::replace(&mut state.end, End::Ended) {
            End::Ended => Poll::Ready(None),
            End::Failed(error) => Poll::Ready(Some(Err(error))),
            End::Open => {
                state.end = End::Open;
                state.consumer_waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.consumer_is_gone = true;
        let dropped: usize = state.chunks.drain(..).map(|chunk| chunk.len()).sum();
        state.queued_bytes -= dropped;
        wake(state.producer_waker.take(), state);
    }
}

/// The owner of a delivered chunk, dropped with its last clone.
struct Delivered {
    bytes: Bytes,
    number: u64,
    queue: Arc<Queue>,
}

impl AsRef<[u8]> for Delivered {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Delivered {
    fn drop(&mut self) {
        self.queue.release(self.number);
    }
}

impl Queue {
    /// Returns the state if a chunk can still be delivered.
    fn open(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.lock();
        match state.end {
            _ if state.consumer_is_gone => Err(Error::PrematureClose),
            End::Open => Ok(state),
            End::Ended | End::Failed(_) => Err(Error::WriteAfterEnd),
        }
    }

    /// Waits until fewer than `limit` bytes are queued. Also when it is ready, the task is woken by the next change.
    fn poll_below(&self, limit: usize, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut state = self.open()?;
        state.producer_waker = Some(cx.waker().clone());
        match state.queued_bytes < limit {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }

    /// Stops counting the chunk of that number, if it still counts.
    fn release(&self, number: u64) {
        let mut state = self.lock();
        let (in_hand, bytes) = state.in_hand;
        if number == in_hand && bytes > 0 {
            state.in_hand = (number, 0);
            state.queued_bytes -= bytes;
            wake(state.producer_waker.take(), state);
        }
    }

    fn close(&self, end: End) {
        let mut state = self.lock();
        if matches!(state.end, End::Open) {
            state.end = end;
            wake(state.consumer_waker.take(), state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic inside leaves no half-done change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes a task after the lock is released, since it may run at once.
fn wake(waker: Option<Waker>, state: MutexGuard<'_, State>) {
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}
