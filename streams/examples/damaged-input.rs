//! Decompression: members that follow one another, and the verdict on damaged input.
//!
//! The verdict never depends on how the input is cut into chunks, also where Node's does.

use bytes::Bytes;
use futures::{TryStreamExt, stream};
use streams::{Error, Format::Gzip, compress, decompress};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let one = gzip("hello ").await?;
    let both = [&one[..], &gzip("world").await?].concat();
    for size in [1, 5, 1000] {
        println!(
            "chunks of {size}: {}",
            str::from_utf8(&gunzip(&both, size).await?)?
        );
    }

    let end = one.len();
    verdict("good", &one).await;
    verdict("no trailer", &one[..end - 8]).await;
    verdict("half of it", &one[..end / 2]).await;
    verdict("wrong crc32", &flip(&one, end - 8)).await;
    verdict("wrong size", &flip(&one, end - 4)).await;
    verdict("wrong magic", &flip(&one, 0)).await;
    verdict("not gzip", b"plain text").await;
    verdict("padded with zeros", &[&one[..], &[0; 512]].concat()).await;
    Ok(())
}

async fn gzip(text: &'static str) -> Result<Vec<u8>, Error> {
    let source = stream::iter([Ok(text.into())]);
    let chunks: Vec<_> = compress(Gzip, source, &Default::default())
        .try_collect()
        .await?;
    Ok(chunks.concat())
}

async fn gunzip(bytes: &[u8], size: usize) -> Result<Vec<u8>, Error> {
    let chunks: Vec<_> = bytes
        .chunks(size)
        .map(|part| Ok(Bytes::copy_from_slice(part)))
        .collect();
    let (plain, _) = decompress(Gzip, stream::iter(chunks), Default::default());
    Ok(plain.try_collect::<Vec<_>>().await?.concat())
}

async fn verdict(label: &str, bytes: &[u8]) {
    let word = match gunzip(bytes, 1000).await {
        Ok(_) => "ok",
        Err(Error::Truncated) => "truncated",
        Err(_) => "corrupt",
    };
    println!("{label}: {word}");
}

fn flip(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[at] ^= 1;
    copy
}
