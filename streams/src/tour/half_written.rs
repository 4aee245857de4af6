//! Files and errors: what is half written is removed, or better, never seen.
//!
//! Twin: `golden/11-half-written.mjs`. A plain file is yours to remove, as in Node; [`AtomicFile`] gets
//! its name only when it is whole.

use std::io::Write;
use std::path::Path;

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use streams::{AtomicFile, ByteSink, Error, pipeline};
use tokio::fs::File;

/// Prints what is left after an error, with and without help.
pub async fn half_written(out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("out.bin");

    let target = ByteSink::new(File::create(&path).await?);
    let broken = pipeline(checked(&["good", "bad"]), target).await;
    writeln!(
        out,
        "file: {}; partial file there {}",
        message(&broken),
        path.exists()
    )?;
    std::fs::remove_file(&path)?;
    writeln!(out, "file: after clean-up there {}", path.exists())?;

    for (label, chunks) in [
        ("half of it", ["good", "bad"]),
        ("all of it", ["good", "better"]),
    ] {
        let result = whole(&path, &chunks).await;
        let files = std::fs::read_dir(dir.path())?.count();
        writeln!(
            out,
            "{label}: {}; there {}, files {files}",
            message(&result),
            path.exists()
        )?;
    }
    Ok(())
}

async fn whole(path: &Path, chunks: &[&'static str]) -> Result<(), Error> {
    let file = AtomicFile::create(path, false, None)?;
    pipeline(
        checked(chunks),
        ByteSink::new(File::from_std(file.handle()?)),
    )
    .await?;
    file.commit()
}

/// A source that refuses the bad chunk.
fn checked(chunks: &[&'static str]) -> impl StreamExt<Item = Result<Bytes, Error>> + use<> {
    stream::iter(chunks.to_vec()).map(|chunk| match chunk {
        "bad" => Err(Error::Corrupt {
            reason: "bad chunk".to_owned(),
        }),
        good => Ok(good.into()),
    })
}

fn message(result: &Result<(), Error>) -> &str {
    match result {
        Ok(()) => "ok",
        Err(Error::Corrupt { reason }) => reason,
        Err(_) => "another error",
    }
}
