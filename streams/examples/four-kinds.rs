//! The four kinds of stream: Writable, Readable, Duplex, Transform.
//!
//! Here a `Sink`, a `Stream`, an `AsyncRead + AsyncWrite`, and a function from stream to stream.

use futures::{SinkExt, TryStreamExt};
use streams::{ByteSink, Format::Gzip, compress, duplex_pair, echo, file, pipeline};
use tokio::fs::{File, metadata};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = &dir.path().join("notes.txt");
    let packed = &dir.path().join("notes.txt.gz");

    // Writable: file write.
    let mut sink = ByteSink::new(File::create(path).await?);
    sink.send("hello, ".repeat(1000).into()).await?;
    sink.send("streams".into()).await?;
    sink.close().await?;

    // Readable: file read.
    let mut chunks = Box::pin(file(path).chunks());
    while let Some(chunk) = chunks.try_next().await? {
        println!("read {} bytes", chunk.len());
    }

    // Duplex: both readable and writable.
    let (mut client, server) = duplex_pair(1024);
    tokio::spawn(echo(server));
    client.write_all(b"echo").await?;
    client.shutdown().await?;
    let mut heard = String::new();
    client.read_to_string(&mut heard).await?;
    println!("heard {heard}");

    // Transform: like compression.
    let gzip = compress(Gzip, file(path).chunks(), &Default::default());
    pipeline(gzip, ByteSink::new(File::create(packed).await?)).await?;
    println!(
        "smaller: {}",
        metadata(packed).await?.len() < metadata(path).await?.len()
    );
    Ok(())
}
