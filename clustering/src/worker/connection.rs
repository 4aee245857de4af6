//! One connection that a worker was given: a stream of bytes, which is counted until it is dropped.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::lingering_close;
use super::tracker::ConnectionState;

/// A connection. It counts as open, and keeps a worker that drains alive, until it is dropped; then it is closed in stages, so that what was written arrives.
pub struct Connection {
    /// Taken by `drop`.
    stream: Option<TcpStream>,
    state: Arc<ConnectionState>,
}

impl Connection {
    pub(crate) fn new(socket: OwnedFd, state: Arc<ConnectionState>) -> io::Result<Self> {
        // It may be a Unix socket, as the probe is, for which the same system calls do the same.
        let stream = Some(TcpStream::from_std(socket.into())?);
        Ok(Self { stream, state })
    }

    /// Returns what is known of this connection.
    #[cfg(feature = "http")]
    pub(crate) fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    fn stream(&self) -> &TcpStream {
        self.stream.as_ref().expect("`drop` comes last")
    }

    fn pinned(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("`drop` comes last"))
    }

    /// Returns the address of the client.
    ///
    /// # Errors
    ///
    /// What the system says; the probe of the primary has no address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream().peer_addr()
    }

    /// Returns the address that the client has connected to.
    ///
    /// # Errors
    ///
    /// As [`Connection::peer_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream().local_addr()
    }

    /// Counts a request that was answered, in [`Counters`](crate::Counters).
    pub fn count_request(&self) {
        self.state.count_request();
    }

    /// Counts a request that failed, and tells the primary, which makes an event of it.
    pub fn count_failure(&self, reason: impl Into<String>) {
        self.state.count_failure(reason.into());
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.pinned().poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.pinned().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pinned().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pinned().poll_shutdown(context)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.state.tracker.counted().counters.panics += 1;
        }
        if let Some(stream) = self.stream.take() {
            lingering_close::close(stream, self.state.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::super::tracker::ConnectionTracker;
    use super::*;

    #[tokio::test]
    async fn a_panic_is_counted_also_where_its_connection_lingers() -> io::Result<()> {
        let tracker = Arc::<ConnectionTracker>::default();
        let (ours, mut client) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        client.write_all(b"unread")?;
        let connection = Connection::new(ours.into(), tracker.track())?;
        connection.stream().readable().await?;

        let handler = tokio::spawn(async move {
            let _connection = connection;
            panic!("as was asked for");
        });

        assert!(handler.await.is_err());
        let counters = tracker.counted().counters;
        assert_eq!((counters.panics, counters.open), (1, 1));
        Ok(())
    }
}
