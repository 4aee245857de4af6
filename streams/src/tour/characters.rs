//! Characters that are cut by chunk borders: decoding with a memory, and without one.
//!
//! Twin: `golden/14-characters.mjs`. Node replaces what is not UTF-8, so these decoders are
//! `lossy`; `Utf8::strict()` names the offset of the bad byte instead.

use std::io::Write;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use streams::{Error, Through, Utf8};

/// Prints what a decoder makes of a crab in pieces.
pub async fn characters(out: &mut dyn Write) -> anyhow::Result<()> {
    let crab = "\u{1f980}".as_bytes();

    let with_memory = decode(crab.chunks(1)).await?;
    let shown: Vec<_> = with_memory[..4]
        .iter()
        .map(|text| format!("{text:?}"))
        .collect();
    writeln!(
        out,
        "with memory: {} end {:?}",
        shown.join(" "),
        with_memory[4..].concat()
    )?;
    let without_memory: String = crab.chunks(2).map(String::from_utf8_lossy).collect();
    writeln!(
        out,
        "without memory: {}",
        if without_memory == "\u{1f980}" {
            "whole"
        } else {
            "broken"
        }
    )?;

    let cut = decode([&crab[..3]].into_iter()).await?;
    writeln!(out, "cut at the end: {:?} end {:?}", cut[0], cut[1])?;
    let bad = decode([&b"a\xffb"[..]].into_iter()).await?;
    writeln!(out, "bad byte: {:?}", bad.concat())?;
    Ok(())
}

/// One text for each chunk, and one more if something was left at the end.
async fn decode(chunks: impl Iterator<Item = &'static [u8]>) -> Result<Vec<String>, Error> {
    let chunks = stream::iter(chunks).map(|chunk| Ok(Bytes::from_static(chunk)));
    chunks.through(Utf8::lossy()).try_collect().await
}
