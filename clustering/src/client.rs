//! A client as small as it can be: `http.get`, for lessons, probes and tools on this machine.
//!
//! Answers are short texts of a known length. For anything else take hyper's client, or reqwest.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, ToSocketAddrs};

/// Asks on a connection of its own, and returns the body of the answer. Node: `http.get(url, { agent: false })`.
///
/// # Errors
///
/// What the system says, and [`io::ErrorKind::Other`] for an answer that is an error.
pub async fn get(address: impl ToSocketAddrs, path: &str) -> io::Result<String> {
    Connection::open(address).await?.get(path).await
}

/// A connection that is kept from one request to the next. Node: an `Agent` with `keepAlive`.
pub struct Connection<S = TcpStream>(BufReader<S>);

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub async fn open(address: impl ToSocketAddrs) -> io::Result<Self> {
        Ok(Self::new(TcpStream::connect(address).await?))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Takes a connection that is open already.
    pub fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Asks, and returns the body of the answer.
    ///
    /// # Errors
    ///
    /// As [`get`].
    pub async fn get(&mut self, path: &str) -> io::Result<String> {
        let (status, length) = self.head(path).await?;
        let mut body = String::new();
        // Bodies in chunks are for larger clients.
        let length = length.ok_or(io::ErrorKind::InvalidData)?;
        (&mut self.0).take(length).read_to_string(&mut body).await?;
        match status {
            200..=399 => Ok(body),
            _ => Err(io::Error::other(format!(
                "GET {path} was answered with {status}"
            ))),
        }
    }

    /// Asks, and returns the status and the length of the body, which is still to be read.
    pub(crate) async fn head(&mut self, path: &str) -> io::Result<(u16, Option<u64>)> {
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.0.write_all(head.as_bytes()).await?;
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let status = self.line().await?;
        let status = status
            .strip_prefix("http/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|status| status.parse().ok())
            .ok_or_else(invalid)?;
        let mut length = None;
        loop {
            let field = self.line().await?;
            match field.split_once(':') {
                Some(("content-length", value)) => length = value.trim().parse().ok(),
                Some(_) => {}
                None => return Ok((status, length)),
            }
        }
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.0.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_ascii_lowercase())
    }
}
