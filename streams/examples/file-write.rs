//! Writable: a file written, appended to, changed in the middle, and not overwritten by mistake.
//!
//! Node's flags `w`, `a`, `r+`, `wx` are named options here.

use std::io::{Result, SeekFrom};
use std::path::Path;

use futures::SinkExt;
use streams::ByteSink;
use tokio::fs::File;
use tokio::io::AsyncSeekExt;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = &dir.path().join("log.txt");

    write("new", "one two three\n", path, File::create(path).await).await?;
    write(
        "append",
        "four\n",
        path,
        File::options().append(true).open(path).await,
    )
    .await?;
    let mut inside = File::options().write(true).open(path).await?;
    inside.seek(SeekFrom::Start(4)).await?;
    write("at an offset", "TWO", path, Ok(inside)).await?;
    write("only if new", "lost?", path, File::create_new(path).await).await?;
    write("overwrite", "Ångström\n", path, File::create(path).await).await?;
    Ok(())
}

async fn write(label: &str, text: &'static str, path: &Path, file: Result<File>) -> Result<()> {
    let mut result = "refused";
    if let Ok(file) = file {
        let mut sink = ByteSink::new(file);
        sink.feed(text.into()).await?;
        sink.close().await?;
        result = "written";
    }
    println!(
        "{label}: {result}, file holds {:?}",
        std::fs::read_to_string(path)?
    );
    Ok(())
}
