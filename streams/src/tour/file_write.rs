//! Writable: a file written in chunks, appended to, and not overwritten when that is forbidden.
//!
//! Twin: `golden/03-file-write.mjs`. Node's flags `w`, `a`, `r+`, `wx` are named options here.

use std::io::{SeekFrom, Write};
use std::path::Path;

use futures::{StreamExt, stream};
use nix::errno::Errno;
use streams::{ByteCounter, ByteSink, Error, pipeline};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncSeekExt;

/// Prints what a file holds after each way of writing to it.
pub async fn file_write(out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("log.txt");

    let new = File::create(&path).await;
    write(out, &path, "new", &["one ", "two ", "three\n"], new).await?;
    let append = OpenOptions::new().append(true).open(&path).await;
    write(out, &path, "append", &["four\n"], append).await?;
    let mut inside = OpenOptions::new().write(true).open(&path).await?;
    inside.seek(SeekFrom::Start(4)).await?;
    write(out, &path, "at an offset", &["TWO"], Ok(inside)).await?;
    let only_new = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .await;
    write(out, &path, "only if new", &["lost?"], only_new).await?;
    let overwrite = File::create(&path).await;
    write(out, &path, "overwrite", &["Ångström\n"], overwrite).await?;
    Ok(())
}

async fn write(
    out: &mut dyn Write,
    path: &Path,
    label: &str,
    chunks: &[&'static str],
    opened: std::io::Result<File>,
) -> anyhow::Result<()> {
    let written = match opened {
        Ok(file) => {
            let meter = ByteCounter::new();
            let chunks = stream::iter(chunks.to_vec()).map(|chunk| Ok::<_, Error>(chunk.into()));
            pipeline(meter.watch(chunks), ByteSink::new(file)).await?;
            format!("{} bytes written", meter.bytes())
        }
        Err(error) => format!(
            "error {:?}",
            Errno::from_raw(error.raw_os_error().unwrap_or_default())
        ),
    };
    writeln!(
        out,
        "{label}: {written}, file holds {:?}",
        std::fs::read_to_string(path)?
    )?;
    Ok(())
}
