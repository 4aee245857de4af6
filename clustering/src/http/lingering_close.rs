//! Closing in stages, RFC 9112 section 9.6: an answer that is given before its request was read arrives all the same.
//!
//! A socket that is closed with bytes unread resets the connection, and the reset overtakes the answer: the client sees a broken pipe, and a proxy in
//! front takes the server for dead. So first we say that we send no more, then we read until the client has noticed, within limits.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long a client may go on sending, how long it may pause, and how much it may send; nginx has the same times.
const TOTAL: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_secs(5);
const BYTES: usize = 64 << 20;

/// Ends what we send. Where the client may still be sending, reads until it stops.
pub async fn close(mut stream: TcpStream, may_be_sending: bool) {
    // The client may be gone already.
    let _ = stream.shutdown().await;
    let mut some = [0; 512];
    // One that has sent more than was read may go on, whatever we know.
    if may_be_sending || matches!(stream.try_read(&mut some), Ok(1..)) {
        let _ = timeout(TOTAL, discard(&mut stream)).await;
    }
}

async fn discard(stream: &mut TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    while bytes < BYTES
        && let Ok(Ok(read @ 1..)) = timeout(PAUSE, stream.read(&mut buffer)).await
    {
        bytes += read;
    }
}

/// A stream that comes back when it is dropped: from hyper at the end of the connection, or from the owner of an upgrade.
pub struct Lent {
    stream: Option<TcpStream>,
    to_owner: Option<oneshot::Sender<TcpStream>>,
}

impl Lent {
    /// Lends a stream out.
    pub fn new(stream: TcpStream) -> (Self, oneshot::Receiver<TcpStream>) {
        let (to_owner, returned) = oneshot::channel();
        let lent = Self {
            stream: Some(stream),
            to_owner: Some(to_owner),
        };
        (lent, returned)
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("it is taken by drop only"))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(stream), Some(to_owner)) = (self.stream.take(), self.to_owner.take()) {
            // The owner is gone when the worker is.
            let _ = to_owner.send(stream);
        }
    }
}

impl AsyncRead for Lent {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl AsyncWrite for Lent {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}
