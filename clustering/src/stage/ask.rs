//! A client as small as it can be: `http.get`, on a connection of its own or on one that is kept.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What is answered on a new connection, which is closed then.
pub async fn ask(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    Connection::open(address).await?.ask(path).await
}

/// A connection that is kept from one request to the next.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self(BufReader::new(TcpStream::connect(address).await?)))
    }

    /// The body of the answer.
    pub async fn ask(&mut self, path: &str) -> anyhow::Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.0.write_all(request.as_bytes()).await?;
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            let read = self.0.read_line(&mut line).await?;
            anyhow::ensure!(read > 0, "the connection was closed before the answer");
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().context("a length")?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok(String::from_utf8(body)?)
    }
}
