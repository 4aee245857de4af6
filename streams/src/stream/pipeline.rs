//! `pipeline(source, ...stages, sink)`: everything moves, or one error comes back and everything is released.
//!
//! Node must destroy each stage when one of them fails. Here the stages are values that own one
//! another: the sink's error drops the source, the source's error drops the sink, and dropping the
//! returned future (a `select!`, a timeout) releases all of it. There is no `destroy()` to forget.

use std::pin::pin;

use futures::future::{self, Either, FutureExt};
use futures::sink::{Sink, SinkExt};
use futures::stream::{Stream, TryStreamExt};

use crate::Error;

/// Moves every item of `source` into `sink` and closes the sink; returns when it has taken all of it.
///
/// Stages are part of the source: `source.through(stage)`, `source.map(..)`.
/// While the source has nothing, the sink is flushed, so a sink that notices that its other end has
/// gone ([`crate::ByteSink::duplex`], [`crate::Producer`]) ends the pipeline.
/// Follows `stream.pipeline` of <https://nodejs.org/api/stream.html>.
///
/// # Errors
///
/// The first error of either side, once; source and sink are dropped by then. What the source
/// yielded before its error has been handed to the sink, which writes of it what it can without
/// waiting, as Node destroys a stalled destination at once. The sink was not closed, so it knows that
/// this is not all. To have everything written, lend the sink (`&mut sink`) and flush it afterwards.
///
/// # Cancel safety
///
/// Dropping the future drops source and sink where they stand.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use streams::{ByteSink, pipeline};
///
/// let mut copy = Vec::new();
/// pipeline(streams::file("Cargo.toml").chunks(), ByteSink::new(&mut copy)).await?;
///
/// assert_eq!(copy, std::fs::read("Cargo.toml")?);
/// # Ok(()) }
/// ```
pub async fn pipeline<T, E, W>(source: impl Stream<Item = Result<T, E>>, sink: W) -> Result<(), E>
where
    W: Sink<T>,
    W::Error: Into<E>,
{
    let mut source_failed = false;
    // The sink comes after the source, so that it is dropped first.
    let mut items = pin!(source.inspect_err(|_| source_failed = true));
    let mut sink = pin!(sink.sink_map_err(Into::into));
    let sent = sink.send_all(&mut items).await;
    if source_failed {
        // Once, without waiting: a stalled sink would hold the error back. If this fails too, the source's error came first.
        let _ = sink.flush().now_or_never();
    }
    sent?;
    sink.close().await
}

/// Returns the output of `work`, or [`Error::Cancelled`] as soon as `stop` is ready; the loser is dropped.
///
/// An `AbortSignal` is any future: `until(stop, pipeline(source, sink))`.
///
/// # Errors
///
/// [`Error::Cancelled`], or what `work` returns.
pub async fn until<T>(
    stop: impl Future<Output = ()>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    // `stop` is polled first: a signal that has already come wins against work that never waits.
    match future::select(pin!(stop), pin!(work)).await {
        Either::Left(((), _)) => Err(Error::Cancelled),
        Either::Right((outcome, _)) => outcome,
    }
}
