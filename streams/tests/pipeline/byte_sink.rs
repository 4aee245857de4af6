//! A sink of bytes in front of destinations that take little, nothing, or their time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, stream};
use streams::{ByteSink, Error, pipeline};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Takes at most so many bytes a call, and is pending before each call if it is slow.
#[derive(Debug, Default)]
struct Destination {
    most_bytes: usize,
    slow: bool,
    stuck: bool,
    paused: bool,
    taken: Vec<u8>,
    calls: usize,
    is_flushed: bool,
    is_shut_down: bool,
}

impl Destination {
    fn taking(most_bytes: usize) -> Self {
        Self {
            most_bytes,
            ..Self::default()
        }
    }

    fn pause(&mut self, cx: &Context<'_>) -> bool {
        self.paused = self.slow && !self.paused;
        if self.paused {
            cx.waker().wake_by_ref();
        }
        self.paused || self.stuck
    }
}

impl AsyncWrite for Destination {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.pause(cx) {
            return Poll::Pending;
        }
        let part = bytes.len().min(self.most_bytes);
        self.calls += 1;
        self.taken.extend_from_slice(&bytes[..part]);
        Poll::Ready(Ok(part))
    }

    /// Like a socket: as many slices as there is room for.
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let joined: Vec<u8> = slices.iter().flat_map(|slice| slice.to_vec()).collect();
        self.poll_write(cx, &joined)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.pause(cx) {
            return Poll::Pending;
        }
        self.is_flushed = true;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.pause(cx) {
            return Poll::Pending;
        }
        self.is_shut_down = true;
        Poll::Ready(Ok(()))
    }
}

const PHRASES: [&str; 5] = ["many ", "", "small writes, ", "s", "ome empty"];

#[tokio::test]
async fn partial_writes_are_continued_where_they_stopped() {
    for most_bytes in [1, 2, 3, 7, 1_000] {
        for slow in [false, true] {
            let mut destination = Destination::taking(most_bytes);
            destination.slow = slow;
            let mut sink = ByteSink::new(destination);

            for phrase in PHRASES {
                sink.feed(phrase.into()).await.unwrap();
            }
            sink.flush().await.unwrap();

            assert_eq!(sink.queued_bytes(), 0);
            let destination = sink.get_mut();
            assert_eq!(destination.taken, PHRASES.concat().as_bytes());
            assert!(destination.is_flushed && !destination.is_shut_down);
        }
    }
}

#[tokio::test]
async fn what_was_fed_is_joined_into_one_write() {
    let mut sink = ByteSink::new(Destination::taking(1_000));

    for phrase in PHRASES {
        sink.feed(phrase.into()).await.unwrap();
    }
    let before = sink.get_mut().calls;
    sink.flush().await.unwrap();

    assert_eq!((before, sink.get_mut().calls), (0, 1));
}

#[tokio::test]
async fn more_slices_than_one_write_takes_are_all_written() {
    let mut sink = ByteSink::new(Destination::taking(100_000));

    for number in 0..1_000 {
        sink.feed(format!("{number} ").into()).await.unwrap();
    }
    sink.close().await.unwrap();

    let expected: String = (0..1_000).map(|number| format!("{number} ")).collect();
    assert_eq!(sink.get_mut().taken, expected.as_bytes());
}

#[tokio::test]
async fn a_destination_that_takes_nothing_is_an_error() {
    let mut sink = ByteSink::new(Destination::taking(0));

    let sent = sink.send("nobody wants this".into()).await;

    let is_write_zero =
        matches!(&sent, Err(Error::Write(cause)) if cause.kind() == io::ErrorKind::WriteZero);
    assert!(is_write_zero, "{sent:?}");
}

#[tokio::test]
async fn empty_chunks_are_not_written() {
    let mut sink = ByteSink::new(Destination::taking(0));

    sink.send(Bytes::new()).await.unwrap();
    sink.close().await.unwrap();

    assert_eq!(sink.get_mut().calls, 0);
    assert!(sink.get_mut().is_shut_down);
}

#[tokio::test]
async fn closing_writes_what_is_queued_first() {
    let mut destination = Destination::taking(2);
    destination.slow = true;
    let mut sink = ByteSink::new(destination);

    sink.feed("the last word".into()).await.unwrap();
    sink.close().await.unwrap();

    assert_eq!(sink.get_mut().taken, b"the last word");
    assert!(sink.get_mut().is_shut_down);
}

#[test]
fn at_the_mark_feeding_waits() {
    let mut destination = Destination::taking(1_000);
    destination.stuck = true;
    let mut sink = ByteSink::with_high_water_mark(destination, 10);

    let below = sink.feed("below ten".into()).now_or_never();
    let over = sink.feed("over it by far".into()).now_or_never();
    let refused = sink.feed("no more".into()).now_or_never();

    assert!(below.is_some() && over.is_some());
    assert!(refused.is_none());
    assert_eq!(sink.queued_bytes(), "below tenover it by far".len());
}

#[test]
fn a_cancelled_feed_has_queued_nothing() {
    let mut destination = Destination::taking(1_000);
    destination.stuck = true;
    let mut sink = ByteSink::with_high_water_mark(destination, 1);
    assert!(sink.feed("first".into()).now_or_never().is_some());

    assert!(sink.feed("second".into()).now_or_never().is_none());
    sink.get_mut().stuck = false;
    assert!(sink.close().now_or_never().is_some());

    assert_eq!(sink.get_mut().taken, b"first");
}

#[test]
fn a_mark_of_zero_still_lets_one_chunk_in() {
    let mut destination = Destination::taking(1_000);
    destination.stuck = true;
    let mut sink = ByteSink::with_high_water_mark(destination, 0);

    assert!(sink.feed("one".into()).now_or_never().is_some());
    assert!(sink.feed("two".into()).now_or_never().is_none());
}

#[tokio::test]
async fn a_write_after_the_end_is_an_error() {
    let mut sink = ByteSink::new(Destination::taking(100));
    sink.close().await.unwrap();

    let sent = sink.send("late".into()).await;

    assert!(matches!(sent, Err(Error::WriteAfterEnd)), "{sent:?}");
    assert!(sink.close().await.is_ok(), "closing twice is closing once");
}

#[tokio::test]
async fn a_peer_that_leaves_ends_a_pipeline_whose_source_is_idle() {
    let (ours, theirs) = tokio::io::duplex(64);

    let idle = pipeline(stream::pending(), ByteSink::duplex(ours));
    let (ended, ()) = tokio::join!(idle, async {
        tokio::task::yield_now().await;
        drop(theirs);
    });

    assert!(matches!(ended, Err(Error::PrematureClose)), "{ended:?}");
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_pipeline_into_its_socket() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let events = stream::iter([Ok("event".into())]).chain(stream::pending());

    let serving = pipeline(events, ByteSink::duplex(server));
    let (ended, ()) = tokio::join!(serving, async {
        client
            .write_all(b"a request that is not read")
            .await
            .unwrap();
        client.read_exact(&mut [0; 5]).await.unwrap();
        drop(client);
    });

    assert!(matches!(ended, Err(Error::PrematureClose)), "{ended:?}");
}

#[tokio::test]
async fn a_peer_that_only_listens_gets_everything() {
    let (ours, mut theirs) = tokio::io::duplex(4);
    let source = stream::iter(["one ", "two"]).map(|text| Ok::<_, Error>(text.into()));

    let mut heard = String::new();
    let (sent, _) = tokio::join!(
        pipeline(source, ByteSink::duplex(ours)),
        theirs.read_to_string(&mut heard)
    );

    sent.unwrap();
    assert_eq!(heard, "one two");
}
