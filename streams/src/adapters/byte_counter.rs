//! Counting the bytes that flow by: a `PassThrough` that only looks.
//!
//! A [`ByteCounter`] is shared between the stream that counts and the code that shows the figure, a
//! progress bar or a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::stream::{Stream, TryStreamExt};

/// The number of bytes that have passed; clones show the same count.
#[derive(Debug, Clone, Default)]
pub struct ByteCounter(Arc<AtomicU64>);

impl ByteCounter {
    /// Makes a counter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `bytes` to the count.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Returns how many bytes have passed.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns `source` with each of its chunks counted as it goes by.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
    /// use streams::{ByteCounter, ByteSink, pipeline};
    ///
    /// let counter = ByteCounter::new();
    /// pipeline(counter.watch(streams::file("Cargo.toml").chunks()), ByteSink::new(tokio::io::sink())).await?;
    ///
    /// assert_eq!(counter.bytes(), std::fs::metadata("Cargo.toml")?.len());
    /// # Ok(()) }
    /// ```
    pub fn watch<S, E>(&self, source: S) -> impl Stream<Item = Result<Bytes, E>> + use<S, E>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let counter = self.clone();
        source.inspect_ok(move |chunk| counter.add(chunk.len() as u64))
    }
}
