//! Readable: a file read in chunks of the high-water mark, a byte range, and errors on open.
//!
//! Twin: `golden/01-file-chunks.mjs`. Node's `end` is inclusive, so `65_530..=65_545` here.

use std::io::Write;

use flate2::Crc;
use futures::TryStreamExt;
use nix::errno::Errno;
use streams::{Error, FileSource, file};

/// Prints the chunks of a file read in several ways.
pub async fn file_chunks(out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("data.bin");
    let bytes: Vec<u8> = (0..200_000_u64).map(|i| (i * i % 251) as u8).collect();
    std::fs::write(&path, &bytes)?;

    read(out, "64 KiB", file(&path)).await?;
    read(out, "50 kB", file(&path).chunk_bytes(50_000.try_into()?)).await?;
    read(out, "range", file(&path).range(65_530..=65_545)).await?;
    read(out, "past end", file(&path).range(199_990..=300_000)).await?;
    std::fs::write(dir.path().join("empty"), "")?;
    read(out, "empty", file(dir.path().join("empty"))).await?;
    read(out, "missing", file(dir.path().join("nope"))).await?;
    std::fs::create_dir(dir.path().join("folder"))?;
    read(out, "folder", file(dir.path().join("folder"))).await?;

    let mut whole = Crc::new();
    whole.update(&bytes);
    writeln!(out, "whole file crc32 {:08x}", whole.sum())?;
    Ok(())
}

async fn read(out: &mut dyn Write, label: &str, source: FileSource) -> anyhow::Result<()> {
    let mut chunks = Box::pin(source.chunks());
    let (mut total, mut check, mut sizes) = (0, Crc::new(), Vec::new());
    let outcome: Result<(), Error> = async {
        while let Some(chunk) = chunks.try_next().await? {
            sizes.push(chunk.len().to_string());
            total += chunk.len();
            check.update(&chunk);
        }
        Ok(())
    }
    .await;
    match outcome {
        Ok(()) => writeln!(
            out,
            "{label}: {} chunks [{}] {total} bytes crc32 {:08x}",
            sizes.len(),
            sizes.join(" "),
            check.sum()
        )?,
        Err(Error::Io(error)) => {
            let code = Errno::from_raw(error.raw_os_error().unwrap_or_default());
            writeln!(out, "{label}: error {code:?} after {total} bytes")?;
        }
        Err(other) => return Err(other.into()),
    }
    Ok(())
}
