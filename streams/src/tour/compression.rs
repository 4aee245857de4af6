//! Compression as a transform: what must be the same whatever deflate implementation is behind it.
//!
//! Twin: `golden/08-compression.mjs`. Here with `async-compression`, whose encoders wrap any
//! `AsyncBufRead` (and whose decoders stop after the first gzip member unless told `multiple_members(true)`); the tool uses this crate's own [`streams::compress`], which works on all cores.

use std::io::Write;

use async_compression::Level;
use async_compression::tokio::bufread::{
    DeflateDecoder, DeflateEncoder, GzipDecoder, GzipEncoder, ZlibDecoder, ZlibEncoder,
};
use flate2::Crc;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Prints what can be relied on: header, check value, size, and that it comes back.
pub async fn compression(out: &mut dyn Write) -> anyhow::Result<()> {
    let input: String = (0..5000)
        .map(|i| format!("{i}: the quick brown fox jumps over the lazy dog\n"))
        .collect();
    let input = input.as_bytes();
    let mut crc = Crc::new();
    crc.update(input);
    writeln!(out, "input {} bytes crc32 {:08x}", input.len(), crc.sum())?;

    for level in [0, 1, 6, 9] {
        let packed = all(GzipEncoder::with_quality(input, Level::Precise(level))).await?;
        let back = all(GzipDecoder::new(&packed[..])).await?;
        let size = match (packed.len() > input.len(), packed.len() * 5 < input.len()) {
            (true, _) => "larger",
            (_, true) => "under a fifth",
            _ => "over a fifth",
        };
        let (magic, trailer) = (&packed[..3], &packed[packed.len() - 8..]);
        let stored = |at: usize| {
            trailer[at..]
                .first_chunk()
                .map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        write!(
            out,
            "gzip level {level}: magic {:02x}{:02x}{:02x} flags {}",
            magic[0], magic[1], magic[2], packed[3]
        )?;
        writeln!(
            out,
            " stored crc32 {:08x} stored size {} {size} same {}",
            stored(0),
            stored(4),
            back == input
        )?;
    }

    let zlib = all(ZlibEncoder::new(input)).await?;
    let window = 1 << ((zlib[0] >> 4) + 8);
    let divisible = u16::from_be_bytes([zlib[0], zlib[1]]) % 31 == 0;
    let same = all(ZlibDecoder::new(&zlib[..])).await? == input;
    writeln!(
        out,
        "zlib: method {} window {window} header divisible by 31 {divisible} same {same}",
        zlib[0] & 15
    )?;
    let raw = all(DeflateEncoder::new(input)).await?;
    let same = all(DeflateDecoder::new(&raw[..])).await? == input;
    writeln!(
        out,
        "raw: six bytes less than zlib {} same {same}",
        zlib.len() - raw.len() == 6
    )?;

    let empty = all(GzipEncoder::new(&b""[..])).await?;
    writeln!(
        out,
        "empty: {} bytes, back to {}",
        empty.len(),
        all(GzipDecoder::new(&empty[..])).await?.len()
    )?;
    Ok(())
}

async fn all(mut reader: impl AsyncRead + Unpin) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await?;
    Ok(bytes)
}
