//! Duplex: two directions in one value, each with its own end.
//!
//! Twin: `golden/06-duplex.mjs`. `end()` is `shutdown()`; reading goes on after it.

use std::io::Write;

use streams::{duplex_pair, echo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Prints a conversation over a pair of connected streams.
pub async fn duplex(out: &mut dyn Write) -> anyhow::Result<()> {
    let (mut client, mut server) = duplex_pair(1024);
    for word in ["one", "two"] {
        client.write_all(word.as_bytes()).await?;
        let question = some_text(&mut server).await?;
        server
            .write_all(format!("echo of {question}").as_bytes())
            .await?;
        writeln!(out, "{word} -> {}", some_text(&mut client).await?)?;
    }

    // The client has ended its half and still hears the answer to its last words.
    let echoing = tokio::spawn(echo(server));
    client.write_all(b"last words").await?;
    client.shutdown().await?;
    let ended = client.write_all(b"more").await.is_err();
    let mut heard = Vec::new();
    let first = client.read_u8().await;
    writeln!(
        out,
        "client ended: {ended}, still reading: {}",
        first.is_ok()
    )?;
    heard.push(first?);
    client.read_to_end(&mut heard).await?;
    writeln!(out, "then it hears: {}", String::from_utf8(heard)?)?;
    let both = ended && client.read(&mut [0]).await? == 0;
    echoing.await??;
    writeln!(out, "both halves ended: {both}")?;
    Ok(())
}

async fn some_text(stream: &mut (impl AsyncReadExt + Unpin)) -> anyhow::Result<String> {
    let mut bytes = Vec::with_capacity(64);
    stream.read_buf(&mut bytes).await?;
    Ok(String::from_utf8(bytes)?)
}
