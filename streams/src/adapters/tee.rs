//! One source, several destinations: two `pipe()`s from one Readable.
//!
//! Each chunk goes to every sink, and the next one is taken only when all of them have room, so the
//! slowest sets the pace and nothing is lost. (A broadcast channel is not that: it drops what a slow
//! receiver has not read.) With `Bytes` a clone is a reference count, not a copy.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::sink::Sink;

/// A [`Sink`] that passes each item on to all of `sinks`.
///
/// # Errors
///
/// The first error of any sink is the error of the whole: the pipeline ends and the others are dropped.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use streams::{ByteSink, Tee, pipeline};
///
/// let (mut one, mut two) = (Vec::new(), Vec::new());
/// let sinks = [ByteSink::new(&mut one), ByteSink::new(&mut two)];
/// pipeline(streams::file("Cargo.toml").chunks(), Tee::new(sinks)).await?;
///
/// assert_eq!(one, two);
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Tee<W> {
    sinks: Vec<W>,
    /// Which of them have closed. A socket that is shut down again may say that it is not connected.
    closed: Vec<bool>,
}

impl<W> Tee<W> {
    /// A sink that feeds all of these, in their order.
    pub fn new(sinks: impl IntoIterator<Item = W>) -> Self {
        let sinks: Vec<W> = sinks.into_iter().collect();
        let closed = vec![false; sinks.len()];
        Self { sinks, closed }
    }

    /// Polls every sink, also those after a pending one: all of them make progress at once.
    fn poll_all<E>(
        &mut self,
        mut poll: impl FnMut(&mut W) -> Poll<Result<(), E>>,
    ) -> Poll<Result<(), E>> {
        let mut all = Poll::Ready(Ok(()));
        for sink in &mut self.sinks {
            match poll(sink) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    }
}

impl<T: Clone, W: Sink<T> + Unpin> Sink<T> for Tee<W> {
    type Error = W::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        self.poll_all(|sink| Pin::new(sink).poll_ready(cx))
    }

    fn start_send(mut self: Pin<&mut Self>, item: T) -> Result<(), W::Error> {
        self.sinks
            .iter_mut()
            .try_for_each(|sink| Pin::new(sink).start_send(item.clone()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        self.poll_all(|sink| Pin::new(sink).poll_flush(cx))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        let Self { sinks, closed } = &mut *self;
        let mut all = Poll::Ready(Ok(()));
        for (sink, closed) in sinks.iter_mut().zip(closed).filter(|(_, closed)| !**closed) {
            match Pin::new(sink).poll_close(cx)? {
                Poll::Ready(()) => *closed = true,
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    }
}
