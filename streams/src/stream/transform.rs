//! Transform: items in, items out, and a flush when the input ends (`new Transform({ transform, flush })`).
//!
//! Most of Node's transforms are plain adapters here: `map`, `filter`, `take`, `flat_map` of
//! [`futures::StreamExt`]; `map(fn, { concurrency: n })` is `.map(fn).buffered(n)`, which keeps the order.
//! What they lack is `flush`, output after the last item. That is [`Transform`], and
//! [`Through::through`] puts it into a stream as `pipe` does.

use std::collections::VecDeque;
use std::future::ready;
use std::pin::Pin;

use futures::stream::{self, IntoStream, Stream, TryStream, TryStreamExt};

/// A stage that keeps state between items and may have output left when the input ends.
///
/// # Examples
///
/// ```
/// use std::collections::VecDeque;
/// use std::convert::Infallible;
///
/// use futures::{TryStreamExt, stream};
/// use streams::{Through, Transform};
///
/// /// Two items in, one out.
/// #[derive(Default)]
/// struct Pairs(Option<u32>);
///
/// impl Transform for Pairs {
///     type Input = u32;
///     type Output = (u32, Option<u32>);
///     type Error = Infallible;
///
///     async fn transform(&mut self, item: u32, out: &mut VecDeque<Self::Output>) -> Result<(), Infallible> {
///         match self.0.take() {
///             None => self.0 = Some(item),
///             Some(first) => out.push_back((first, Some(item))),
///         }
///         Ok(())
///     }
///
///     async fn flush(&mut self, out: &mut VecDeque<Self::Output>) -> Result<(), Infallible> {
///         out.extend(self.0.take().map(|last| (last, None)));
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// let numbers = stream::iter([1, 2, 3].map(Ok::<_, streams::Error>));
/// let pairs: Vec<_> = numbers.through(Pairs::default()).try_collect().await?;
/// assert_eq!(pairs, [(1, Some(2)), (3, None)]);
/// # Ok(()) }
/// ```
pub trait Transform {
    /// The items that go in.
    type Input;
    /// The items that come out: none, one or many for each input.
    type Output;
    /// Why it may fail; [`std::convert::Infallible`] if it cannot.
    type Error;

    /// Takes one item and pushes what results from it to `out`. Write it as an `async fn`: it may wait.
    ///
    /// # Errors
    ///
    /// Ends the stream. What was pushed before is still delivered.
    fn transform(
        &mut self,
        item: Self::Input,
        out: &mut VecDeque<Self::Output>,
    ) -> impl Future<Output = Result<(), Self::Error>>;

    /// Called once, after the last item, and not at all if the source failed.
    ///
    /// # Errors
    ///
    /// Ends the stream with that error instead of an ordinary end.
    fn flush(
        &mut self,
        _out: &mut VecDeque<Self::Output>,
    ) -> impl Future<Output = Result<(), Self::Error>> {
        ready(Ok(()))
    }
}

/// `source.pipe(transform)` for every stream of results.
pub trait Through: TryStream + Sized {
    /// Returns the stream that comes out of `transform` when this one is fed to it.
    ///
    /// The first error, of this stream or of `transform`, is the last item; this stream is dropped before it comes out.
    /// There is an example at [`Transform`].
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
        // Unlike `unfold`, this may be polled after its end.
        stream::try_unfold(stage, |mut stage| async move {
            Ok(stage.next().await?.map(|item| (item, stage)))
        })
    }
}

impl<S: TryStream> Through for S {}

struct Stage<S: TryStream, T: Transform> {
    /// Dropped as soon as it has ended or failed.
    source: Option<Pin<Box<IntoStream<S>>>>,
    transform: T,
    ready: VecDeque<T::Output>,
    /// Comes after what is ready.
    failed: Option<S::Error>,
}

impl<S, T> Stage<S, T>
where
    S: TryStream,
    T: Transform<Input = S::Ok>,
    T::Error: Into<S::Error>,
{
    async fn next(&mut self) -> Result<Option<T::Output>, S::Error> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Some(item));
            }
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            let Some(source) = &mut self.source else {
                return Ok(None);
            };
            let result = match source.try_next().await {
                Ok(Some(item)) => {
                    let transformed = self.transform.transform(item, &mut self.ready).await;
                    transformed.map_err(Into::into)
                }
                Ok(None) => {
                    self.source = None;
                    let flushed = self.transform.flush(&mut self.ready).await;
                    flushed.map_err(Into::into)
                }
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                self.source = None;
                self.failed = Some(error);
            }
        }
    }
}
