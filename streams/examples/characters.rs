//! Characters that are cut by chunk borders: decoded with a memory, and without one.
//!
//! Node replaces bytes that are not UTF-8, so these decoders are `lossy`. `Utf8::strict()` names
//! the offset of the bad byte instead.

use bytes::Bytes;
use futures::{TryStreamExt, stream};
use streams::{Error, Through, Utf8};

async fn decode<const N: usize>(label: &str, chunks: [&'static [u8]; N]) -> Result<(), Error> {
    let chunks = stream::iter(chunks.map(|chunk| Ok::<_, Error>(Bytes::from_static(chunk))));
    let texts: Vec<_> = chunks.through(Utf8::lossy()).try_collect().await?;
    println!(
        "{label}: {:?}, end {:?}",
        texts[..N].join("|"),
        texts[N..].concat()
    );
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let crab = "🦀".as_bytes();
    decode("byte by byte", [0, 1, 2, 3].map(|i| &crab[i..=i])).await?;
    decode("cut at the end", [&crab[..3]]).await?;
    decode("bad byte", [&[0x61, 0xff, 0x62]]).await?;
    let alone: String = crab.chunks(2).map(String::from_utf8_lossy).collect();
    println!("each chunk alone: whole {}", alone == "🦀");
    Ok(())
}
