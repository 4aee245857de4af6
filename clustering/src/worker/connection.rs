//! One connection that a worker was given: a stream of bytes, which is counted until it is dropped.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::tracker::ConnectionGuard;

/// A connection. It counts as open, and keeps a worker that drains alive, until it is dropped.
pub struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) guard: ConnectionGuard,
}

impl Connection {
    pub(crate) fn new(socket: OwnedFd, guard: ConnectionGuard) -> io::Result<Self> {
        // The probe comes on a Unix socket, for which the same system calls do the same.
        let stream = TcpStream::from_std(socket.into())?;
        Ok(Self { stream, guard })
    }

    /// Returns the address of the client.
    ///
    /// # Errors
    ///
    /// What the system says; the probe of the primary has no address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }

    /// Returns the address that the client has connected to.
    ///
    /// # Errors
    ///
    /// As [`Connection::peer_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// Counts a request that was answered, in [`Counters`](crate::Counters).
    pub fn count_request(&self) {
        self.guard.count_request();
    }

    /// Counts a request that failed, and tells the primary, which makes an event of it.
    pub fn count_failure(&self, reason: impl Into<String>) {
        self.guard.count_failure(reason.into());
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
