//! Duplex: two directions in one value, each with its own end.
//!
//! Node's `Duplex` is one object with a readable and a writable side; `duplexPair()` makes two that
//! feed each other. Here that is [`duplex_pair`]. The sides end apart: `shutdown()` ends the writing side and
//! leaves reading open. A `for await` over a Node duplex destroys its writable side at the end of
//! input, so an echo cannot answer its last bytes; here [`echo`] can.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};

use crate::Error;

/// Makes two connected ends in memory: bytes written to one are read from the other.
///
/// Each direction holds up to `high_water_mark` bytes; then writing waits. Dropping an end closes
/// both directions, `shutdown()` the one it writes to. Node: `stream.duplexPair()`.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// let (mut client, server) = streams::duplex_pair(16);
/// let server = tokio::spawn(streams::echo(server));
/// client.write_all(b"last words").await?;
/// client.shutdown().await?;
///
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert_eq!(answer, "last words");
/// assert_eq!(server.await??, 10);
/// # Ok(()) }
/// ```
pub fn duplex_pair(high_water_mark: usize) -> (DuplexStream, DuplexStream) {
    tokio::io::duplex(high_water_mark)
}

/// Writes back what it reads until the other side has ended, then ends its own; returns the number of bytes.
///
/// # Errors
///
/// [`Error::Io`] if reading or writing fails.
pub async fn echo(stream: impl AsyncRead + AsyncWrite) -> Result<u64, Error> {
    let (mut reading, mut writing) = tokio::io::split(stream);
    let bytes = tokio::io::copy(&mut reading, &mut writing).await?;
    writing.shutdown().await?;
    Ok(bytes)
}
