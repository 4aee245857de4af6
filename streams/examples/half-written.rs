//! Files and errors: a half-written file is removed, or better, never seen.
//!
//! A plain file is yours to remove, as in Node. An [`AtomicFile`] gets its name when it is whole.

use std::path::Path;

use anyhow::{Result, bail};
use bytes::Bytes;
use futures::stream::{self, Stream};
use streams::{AtomicFile, ByteSink, pipeline};
use tokio::fs::File;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("out.bin");

    // The half-written file is yours to remove.
    let sink = ByteSink::new(File::create(&path).await?);
    if let Err(error) = pipeline(chunks(["good", "bad"]), sink).await {
        println!("{error}, partial file there {}", path.exists());
    }
    std::fs::remove_file(&path)?;

    // Whole or not at all.
    for items in [["good", "bad"], ["good", "better"]] {
        let result = whole(&path, items)
            .await
            .map_or_else(|e| e.to_string(), |()| "ok".into());
        println!("{result}, files {}", std::fs::read_dir(&dir)?.count());
    }
    Ok(())
}

fn chunks(items: [&'static str; 2]) -> impl Stream<Item = Result<Bytes>> {
    stream::iter(items.map(|item| match item {
        "bad" => bail!("bad chunk"),
        good => Ok(good.into()),
    }))
}

async fn whole(path: &Path, items: [&'static str; 2]) -> Result<()> {
    let file = AtomicFile::create(path, false, None)?;
    let sink = ByteSink::new(File::from_std(file.handle()?));
    pipeline(chunks(items), sink).await?;
    Ok(file.commit()?)
}
