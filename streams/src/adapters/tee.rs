//! One source, several destinations: two `pipe()`s from one Readable.
//!
//! Each chunk goes to every sink, and the next one is taken only when all of them have room, so the
//! slowest sets the pace and nothing is lost. (A broadcast channel is not that: it drops messages that a
//! slow receiver has not read.) With `Bytes` a clone is a reference count, not a copy.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::sink::Sink;

/// A [`Sink`] that passes each item on to all of its sinks.
///
/// # Errors
///
/// With [`Tee::new`], the first error of any sink is the error of the whole: the pipeline ends and the
/// others are dropped. With [`Tee::independent`], the other sinks go on, and only the error of the last one left is
/// the error of the whole.
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
pub struct Tee<W, E> {
    destinations: Vec<Destination<W, E>>,
    is_independent: bool,
}

#[derive(Debug)]
enum Destination<W, E> {
    Open(W),
    /// Not polled any more: a socket that is shut down twice may say that it is not connected.
    Closed,
    Failed(E),
}

impl<W, E> Tee<W, E> {
    /// Makes a sink that feeds all of `sinks`, in their order.
    pub fn new(sinks: impl IntoIterator<Item = W>) -> Self {
        Self {
            destinations: sinks.into_iter().map(Destination::Open).collect(),
            is_independent: false,
        }
    }

    /// Makes a sink that goes on feeding the others when one of `sinks` has failed, as two `pipe()`s do.
    ///
    /// Hand `&mut tee` to the pipeline, and ask for [`Tee::failures`] after it.
    pub fn independent(sinks: impl IntoIterator<Item = W>) -> Self {
        Self {
            is_independent: true,
            ..Self::new(sinks)
        }
    }

    /// Returns the sinks that have failed while others went on: their index, and why.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &E)> {
        let destinations = self.destinations.iter().enumerate();
        destinations.filter_map(|(index, destination)| match destination {
            Destination::Failed(error) => Some((index, error)),
            _ => None,
        })
    }

    /// Polls every open sink, also those after a pending one: all of them make progress at once.
    fn poll_all(
        &mut self,
        mut poll: impl FnMut(&mut W) -> Poll<Result<(), E>>,
        when_ready: impl Fn(&mut Destination<W, E>),
    ) -> Poll<Result<(), E>> {
        let mut all = Poll::Ready(Ok(()));
        for index in 0..self.destinations.len() {
            let Destination::Open(sink) = &mut self.destinations[index] else {
                continue;
            };
            match poll(sink) {
                Poll::Ready(Ok(())) => when_ready(&mut self.destinations[index]),
                Poll::Ready(Err(error)) => self.failed(index, error)?,
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    }

    /// Gives up the sink at `index`; an error if it was the last one.
    fn failed(&mut self, index: usize, error: E) -> Result<(), E> {
        let good = |one: &&Destination<W, E>| !matches!(one, Destination::Failed(_));
        if self.is_independent && self.destinations.iter().filter(good).count() > 1 {
            self.destinations[index] = Destination::Failed(error);
            Ok(())
        } else {
            Err(error)
        }
    }
}

impl<T: Clone, W: Sink<T> + Unpin> Sink<T> for Tee<W, W::Error>
where
    W::Error: Unpin,
{
    type Error = W::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        self.poll_all(|sink| Pin::new(sink).poll_ready(cx), |_| {})
    }

    fn start_send(mut self: Pin<&mut Self>, item: T) -> Result<(), W::Error> {
        let start = |sink: &mut W| Poll::Ready(Pin::new(sink).start_send(item.clone()));
        match self.poll_all(start, |_| {}) {
            Poll::Ready(started) => started,
            Poll::Pending => Ok(()),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        self.poll_all(|sink| Pin::new(sink).poll_flush(cx), |_| {})
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), W::Error>> {
        self.poll_all(
            |sink| Pin::new(sink).poll_close(cx),
            |closed| *closed = Destination::Closed,
        )
    }
}
