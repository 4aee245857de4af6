//! `Tee` closes each sink once, however long the others take.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Sink, SinkExt};
use streams::Tee;

/// Closes after so many polls, and refuses to be polled again.
struct Closing {
    polls_left: i32,
}

impl Sink<u8> for Closing {
    type Error = &'static str;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, _: u8) -> Result<(), &'static str> {
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), &'static str>> {
        self.polls_left -= 1;
        cx.waker().wake_by_ref();
        match self.polls_left {
            1.. => Poll::Pending,
            0 => Poll::Ready(Ok(())),
            _ => Poll::Ready(Err("closed twice")),
        }
    }
}

#[tokio::test]
async fn a_sink_that_has_closed_is_left_alone_while_others_still_close() {
    let mut sinks = Tee::new([1, 4, 2].map(|polls_left| Closing { polls_left }));

    let closed = sinks.close().await;

    assert_eq!(closed, Ok(()));
}
