//! Transform: items in, items out, and a last word when the input ends (`new Transform({ transform, flush })`).
//!
//! Most of Node's transforms are plain adapters here: `map`, `filter`, `take`, `flat_map` of
//! [`futures::StreamExt`]; `map(fn, { concurrency: n })` is `.map(fn).buffered(n)`, which keeps the order.
//! What they lack is `flush`: something to say after the last item. That is [`Transform`], and
//! [`Through::through`] puts it into a stream as `pipe` does.

use std::collections::VecDeque;
use std::pin::Pin;

use futures::stream::{self, IntoStream, Stream, TryStream, TryStreamExt};

/// A stage that keeps state between items and may still have something to say at the end.
pub trait Transform {
    /// What goes in.
    type Input;
    /// What comes out: none, one or many for each input.
    type Output;
    /// Why it may fail; [`std::convert::Infallible`] if it cannot.
    type Error;

    /// Takes one item and pushes what results from it to `out`.
    ///
    /// # Errors
    ///
    /// Ends the stream. What was pushed before is still delivered.
    fn transform(
        &mut self,
        item: Self::Input,
        out: &mut VecDeque<Self::Output>,
    ) -> Result<(), Self::Error>;

    /// Called once, after the last item, and not at all if the source failed.
    ///
    /// # Errors
    ///
    /// Ends the stream with that error instead of an ordinary end.
    fn flush(&mut self, _out: &mut VecDeque<Self::Output>) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// `source.pipe(transform)` for every stream of results.
pub trait Through: TryStream + Sized {
    /// The stream that comes out of `transform` when this one is fed to it.
    ///
    /// The first error, from either side, is the last item; the source is dropped before it is seen.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
    /// use futures::{TryStreamExt, stream};
    /// use streams::{Lines, Through};
    ///
    /// let chunks = ["one\ntw", "o\r\nthr", "ee"].map(|chunk| Ok::<_, streams::Error>(chunk.into()));
    ///
    /// let lines: Vec<_> = stream::iter(chunks).through(Lines::new()).try_collect().await?;
    ///
    /// assert_eq!(lines, ["one", "two", "three"]);
    /// # Ok(()) }
    /// ```
    fn through<T>(self, transform: T) -> impl Stream<Item = Result<T::Output, Self::Error>>
    where
        T: Transform<Input = Self::Ok>,
        T::Error: Into<Self::Error>,
    {
        let stage = Stage {
            source: Some(Box::pin(self.into_stream())),
            transform,
            ready: VecDeque::new(),
            failed: None,
        };
        stream::unfold(stage, |mut stage| async move {
            let item = stage.next().await?;
            Some((item, stage))
        })
    }
}

impl<S: TryStream> Through for S {}

struct Stage<S: TryStream, T: Transform> {
    source: Option<Pin<Box<IntoStream<S>>>>,
    transform: T,
    ready: VecDeque<T::Output>,
    failed: Option<S::Error>,
}

impl<S, T> Stage<S, T>
where
    S: TryStream,
    T: Transform<Input = S::Ok>,
    T::Error: Into<S::Error>,
{
    async fn next(&mut self) -> Option<Result<T::Output, S::Error>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            let source = self.source.as_mut()?;
            let outcome = match source.try_next().await {
                Ok(Some(item)) => self
                    .transform
                    .transform(item, &mut self.ready)
                    .map_err(Into::into),
                Ok(None) => {
                    self.source = None;
                    self.transform.flush(&mut self.ready).map_err(Into::into)
                }
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                self.source = None;
                self.failed = Some(error);
            }
        }
    }
}
