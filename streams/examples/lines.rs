//! Lines: the same ones, wherever the chunk borders fall.
//!
//! Bytes are split first and whole lines decoded after that, so no character is ever cut.

use bytes::Bytes;
use futures::{TryStreamExt, stream};
use streams::{Error, Lines, Through};

const TEXT: &str = "plain\r\nÅngström € 5\n\nemoji 🦀👩‍🚀\nlast without newline";

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let whole = lines(TEXT.len()).await?;
    for line in &whole {
        println!("{} bytes: \"{}\"", line.len(), str::from_utf8(line)?);
    }
    let mut same = 0;
    for size in 1..=TEXT.len() {
        same += usize::from(lines(size).await? == whole);
    }
    println!("same for {same} of {} chunk sizes", TEXT.len());
    Ok(())
}

async fn lines(size: usize) -> Result<Vec<Bytes>, Error> {
    let chunks = TEXT
        .as_bytes()
        .chunks(size)
        .map(|chunk| Ok(Bytes::from_static(chunk)));
    stream::iter(chunks)
        .through(Lines::new())
        .try_collect()
        .await
}
