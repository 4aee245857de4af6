//! Input in pieces of one size, each only after a `Pending`, as from a slow socket.

use std::task::Poll;

use bytes::Bytes;
use futures::stream::{self, Stream};
use streams::Error;

/// `bytes` in chunks of `chunk_bytes`; `usize::MAX` gives all of them at once.
pub fn chunked(
    bytes: &[u8],
    chunk_bytes: usize,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + use<> {
    let mut rest = Bytes::copy_from_slice(bytes);
    let mut paused = false;
    stream::poll_fn(move |cx| {
        paused = !paused;
        if paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let chunk = rest.split_to(chunk_bytes.min(rest.len()));
        Poll::Ready((!chunk.is_empty()).then_some(Ok(chunk)))
    })
}
