//! Counting what flows by: a `PassThrough` that only looks.
//!
//! A [`ByteCounter`] is shared between the stream that counts and whoever shows the figure, a progress bar or a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::stream::{Stream, TryStreamExt};

/// Bytes that have passed so far; clones show the same count.
#[derive(Debug, Clone, Default)]
pub struct ByteCounter(Arc<AtomicU64>);

impl ByteCounter {
    /// A meter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `bytes` to the count.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How many bytes have passed.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// `source`, each chunk of it counted here as it goes by.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
    /// use streams::{ByteSink, ByteCounter, pipeline};
    ///
    /// let meter = ByteCounter::new();
    /// pipeline(meter.watch(streams::file("Cargo.toml").chunks()), ByteSink::new(tokio::io::sink())).await?;
    ///
    /// assert_eq!(meter.bytes(), std::fs::metadata("Cargo.toml")?.len());
    /// # Ok(()) }
    /// ```
    pub fn watch<S, E>(&self, source: S) -> impl Stream<Item = Result<Bytes, E>> + use<S, E>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let meter = self.clone();
        source.inspect_ok(move |chunk| meter.add(chunk.len() as u64))
    }
}
