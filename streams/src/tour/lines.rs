//! Lines: the same ones, wherever the chunk borders fall.
//!
//! Twin: `golden/13-lines.mjs`. Split bytes first, decode whole lines after: no character is ever cut.

use std::io::Write;

use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream;
use streams::{Error, Lines, Through};

const TEXT: &str = "plain\r\nÅngström \u{20ac} 5\n\nemoji \u{1f980}\u{1f469}\u{200d}\u{1f680}\nlast without newline";

/// Prints the lines of a text and for how many chunk sizes they are the same.
pub async fn lines(out: &mut dyn Write) -> anyhow::Result<()> {
    let whole = lines_of(TEXT.len()).await?;
    for (i, line) in whole.iter().enumerate() {
        let text = str::from_utf8(line)?;
        writeln!(
            out,
            "line {}: {} bytes, {} characters, \"{text}\"",
            i + 1,
            line.len(),
            text.chars().count()
        )?;
    }
    let mut same = 0;
    for size in 1..=TEXT.len() {
        same += usize::from(lines_of(size).await? == whole);
    }
    writeln!(out, "same lines for {same} of {} chunk sizes", TEXT.len())?;
    Ok(())
}

async fn lines_of(chunk_bytes: usize) -> Result<Vec<Bytes>, Error> {
    let chunks = TEXT
        .as_bytes()
        .chunks(chunk_bytes)
        .map(|chunk| Ok(Bytes::from_static(chunk)));
    stream::iter(chunks)
        .through(Lines::new())
        .try_collect()
        .await
}
