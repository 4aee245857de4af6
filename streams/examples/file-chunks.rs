//! Readable: a file in chunks of the high-water mark, a byte range, a file that is missing.
//!
//! Node's `end` is inclusive. A Rust range says which it is: `..=65_545` or `..65_546`.

use std::fs;
use std::io::ErrorKind::NotFound;

use futures::TryStreamExt;
use streams::{Error, FileSource, file};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("data.bin");
    let empty = dir.path().join("empty");
    fs::write(&path, [0; 200_000])?;
    fs::write(&empty, "")?;

    read("64 KiB", file(&path)).await?;
    read("50 kB", file(&path).chunk_bytes(50_000.try_into()?)).await?;
    read("range", file(&path).range(65_530..=65_545)).await?;
    read("past the end", file(&path).range(199_990..=300_000)).await?;
    read("empty", file(&empty)).await?;
    if let Err(Error::Io(error)) = read("missing", file(dir.path().join("missing"))).await {
        println!("missing: not found is {}", error.kind() == NotFound);
    }
    Ok(())
}

async fn read(label: &str, source: FileSource) -> Result<(), Error> {
    let sizes: Vec<_> = source
        .chunks()
        .map_ok(|chunk| chunk.len())
        .try_collect()
        .await?;
    println!("{label}: {sizes:?}");
    Ok(())
}
