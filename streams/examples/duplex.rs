//! Duplex: two directions in one value, each with its own end.
//!
//! `end()` is `shutdown()`; reading goes on after it.

use streams::{duplex_pair, echo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let (mut client, server) = duplex_pair(1024);
    tokio::spawn(echo(server));
    for word in ["one", "three"] {
        client.write_all(word.as_bytes()).await?;
        println!("{word}: {} bytes back", client.read(&mut [0; 64]).await?);
    }

    // The client has ended its half and still hears the answer to its last words.
    client.write_all(b"last words").await?;
    client.shutdown().await?;
    println!("ended: {}", client.write(b"more").await.is_err());
    let mut heard = String::new();
    client.read_to_string(&mut heard).await?;
    println!("then it hears: {heard}");
    Ok(())
}
