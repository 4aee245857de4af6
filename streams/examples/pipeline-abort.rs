//! A pipeline that is given up releases its source and its sink.
//!
//! An `AbortSignal` is any future here: a channel, a timer, Ctrl-C.

use std::future::{pending, ready};

use futures::{FutureExt, StreamExt, channel::oneshot, sink, stream};
use streams::{Error, pipeline, until};

struct Guard(&'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        println!("{} released", self.0);
    }
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() {
    let (stop, stopped) = oneshot::channel::<()>();
    let guard = Guard("source");
    let numbers = stream::iter(1..).map(move |n| {
        _ = &guard;
        Ok(n)
    });
    let sink = sink::unfold((Guard("sink"), stop), async |held, n| {
        println!("took {n}");
        if n == 3 {
            drop(held.1);
            return pending().await; // stuck
        }
        Ok::<_, Error>(held)
    });
    let result = until(stopped.map(drop), pipeline(numbers, sink)).await;
    println!("aborted: {}", matches!(result, Err(Error::Cancelled)));

    // A signal that has already come: nothing is taken at all.
    let numbers = stream::iter([1, 2, 3]).map(Ok);
    let result = until(ready(()), pipeline(numbers, sink::drain())).await;
    println!(
        "aborted before: {}",
        matches!(result, Err(Error::Cancelled))
    );
}
