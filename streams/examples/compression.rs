//! Transform: gzip, zlib and raw deflate, and what is the same whichever library compresses.
//!
//! Here with `async-compression`, whose codecs wrap any `AsyncBufRead` (and whose decoders stop
//! after the first gzip member unless told `multiple_members(true)`). [`streams::compress`] works
//! on all cores.

use async_compression::Level::Precise;
use async_compression::tokio::bufread as zlib;
use bytes::Buf;
use tokio::io::{AsyncRead, AsyncReadExt};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let input = "the quick brown fox jumps over the lazy dog\n".repeat(5000);
    let input = input.as_bytes();
    println!("input: {} bytes", input.len());

    for level in [0, 1, 6, 9] {
        let packed = all(zlib::GzipEncoder::with_quality(input, Precise(level))).await?;
        let back = all(zlib::GzipDecoder::new(&packed[..])).await?;
        let fifth = packed.len() * 5 < input.len();
        println!(
            "gzip {level}: magic {:06x}, under a fifth {fifth}",
            (&packed[..]).get_uint(3)
        );
        let size = (&packed[packed.len() - 4..]).get_u32_le();
        println!("  size {size}, same {}", back == input);
    }

    let packed = all(zlib::ZlibEncoder::new(input)).await?;
    let back = all(zlib::ZlibDecoder::new(&packed[..])).await?;
    let divisible = (&packed[..]).get_u16() % 31 == 0;
    println!("zlib: divisible by 31 {divisible}, same {}", back == input);

    let raw = all(zlib::DeflateEncoder::new(input)).await?;
    let same = all(zlib::DeflateDecoder::new(&raw[..])).await? == input;
    println!(
        "raw: {} bytes less than zlib, same {same}",
        packed.len() - raw.len()
    );

    println!(
        "empty: {} bytes",
        all(zlib::GzipEncoder::new(&b""[..])).await?.len()
    );
    Ok(())
}

async fn all(mut reader: impl AsyncRead + Unpin) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await?;
    Ok(bytes)
}
