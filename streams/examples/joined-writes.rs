//! `feed` and `flush`: many small writes, one call to the destination.
//!
//! Node's `cork()` is `feed`, `uncork()` is `flush`. The Rust side is longer for one reason: a
//! destination is an `AsyncWrite` with four methods, and in Node one function.
//!
//! Longer than the Node program: a writer that counts its calls is a trait here.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::SinkExt;
use streams::ByteSink;
use tokio::io::AsyncWrite;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let mut sink = ByteSink::new(Calls);
    for word in ["a", "bb", "ccc"] {
        sink.send(word.into()).await?;
    }

    for word in ["a", "bb", "ccc"] {
        sink.feed(word.into()).await?;
    }
    println!("{} bytes wait", sink.queued_bytes());
    sink.flush().await?;
    Ok(())
}

struct Calls;

impl AsyncWrite for Calls {
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let texts: Vec<_> = slices
            .iter()
            .map(|slice| String::from_utf8_lossy(slice))
            .collect();
        println!("call: {}", texts.join("|"));
        Poll::Ready(Ok(texts.concat().len()))
    }

    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}
