//! Joined writes: `feed` what belongs together, then `flush`: one call to the destination.
//!
//! Twin: `golden/05-joined-writes.mjs`. Node's `cork()` is `feed`, `uncork()` is `flush`.

use std::io::{self, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::SinkExt;
use streams::ByteSink;
use tokio::io::AsyncWrite;

/// Prints how many calls the destination sees for the same three chunks.
pub async fn joined_writes(out: &mut dyn Write) -> anyhow::Result<()> {
    let words = ["a", "bb", "ccc"];
    let mut calls = 0;
    let mut sink = ByteSink::new(Calls {
        out,
        count: &mut calls,
    });

    writeln!(sink.get_mut().out, "one by one")?;
    for word in words {
        sink.send(word.into()).await?;
    }

    writeln!(sink.get_mut().out, "corked")?;
    for word in words {
        sink.feed(word.into()).await?;
    }
    let waiting = sink.queued_bytes();
    writeln!(sink.get_mut().out, "  {waiting} bytes wait")?;
    sink.flush().await?;

    sink.close().await?;
    drop(sink);
    writeln!(out, "{calls} calls")?;
    Ok(())
}

/// A destination that prints each call it gets.
struct Calls<'a> {
    out: &'a mut dyn Write,
    count: &'a mut u32,
}

impl AsyncWrite for Calls<'_> {
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        *self.count += 1;
        let (count, texts) = (
            *self.count,
            slices
                .iter()
                .map(|slice| String::from_utf8_lossy(slice))
                .collect::<Vec<_>>(),
        );
        writeln!(
            self.out,
            "  call {count}: {} chunks \"{}\"",
            slices.len(),
            texts.join("|")
        )?;
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
