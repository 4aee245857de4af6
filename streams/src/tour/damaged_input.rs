//! Decompression: members that follow one another, and what is said of damaged input.
//!
//! Twin: `golden/09-damaged-input.mjs`. The answer never depends on the chunking, also where Node's does.

use std::io::Write;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream;
use streams::{CompressOptions, DecompressOptions, Error, Format, compress, decompress};

/// Prints what comes out of good and of damaged gzip data.
pub async fn damaged_input(out: &mut dyn Write) -> anyhow::Result<()> {
    let (one, two) = (gzip("hello ").await?, gzip("world").await?);
    let both = [&one[..], &two].concat();
    for size in [1, 5, 1000] {
        let text = gunzip(&both, size).await?;
        writeln!(
            out,
            "two members in chunks of {size}: {}",
            String::from_utf8(text)?
        )?;
    }

    let from_end = |n| one.len() - n;
    verdict(out, "good", &one).await?;
    verdict(out, "no trailer", &one[..from_end(8)]).await?;
    verdict(out, "half of it", &one[..one.len() / 2]).await?;
    verdict(out, "wrong crc32", &flip(&one, from_end(8))).await?;
    verdict(out, "wrong size", &flip(&one, from_end(4))).await?;
    verdict(out, "wrong magic", &flip(&one, 0)).await?;
    verdict(out, "not gzip", b"plain text").await?;
    verdict(out, "padded with zeros", &[&one[..], &[0; 512]].concat()).await?;
    Ok(())
}

async fn verdict(out: &mut dyn Write, label: &str, packed: &[u8]) -> anyhow::Result<()> {
    let word = match gunzip(packed, packed.len()).await {
        Ok(_) => "ok",
        Err(Error::Truncated) => "truncated",
        Err(Error::Corrupt { .. } | Error::WrongFormat { .. }) => "corrupt",
        Err(other) => return Err(other.into()),
    };
    writeln!(out, "{label}: {word}")?;
    Ok(())
}

async fn gzip(text: &'static str) -> Result<Vec<u8>, Error> {
    let source = stream::iter([Ok(text.into())]);
    let chunks: Vec<Bytes> = compress(Format::Gzip, source, &CompressOptions::default())
        .try_collect()
        .await?;
    Ok(chunks.concat())
}

async fn gunzip(packed: &[u8], chunk_bytes: usize) -> Result<Vec<u8>, Error> {
    let chunks: Vec<_> = packed
        .chunks(chunk_bytes)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    let (output, _) = decompress(
        Format::Gzip,
        stream::iter(chunks),
        DecompressOptions::default(),
    );
    let chunks: Vec<Bytes> = output.try_collect().await?;
    Ok(chunks.concat())
}

fn flip(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[at] ^= 1;
    copy
}
