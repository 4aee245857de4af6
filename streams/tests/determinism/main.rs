//! The compressed bytes depend on the data and the options alone, and every gunzip reads them.

#[path = "../support/chunked.rs"]
mod chunked;
#[path = "../support/peers.rs"]
mod peers;
#[path = "../support/random.rs"]
mod random;

mod round_trip;
mod same_bytes;

use bytes::Bytes;
use futures::TryStreamExt;
use streams::{CompressOptions, Format, compress};

use self::chunked::chunked;
use self::random::random_bytes;

const DEFLATE_FORMATS: [Format; 3] = [Format::Gzip, Format::Zlib, Format::Raw];

fn is_soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|value| value == "1")
}

/// Options for so many threads, with nothing else in them that could differ from machine to machine.
fn options(level: u32, threads: usize) -> CompressOptions {
    CompressOptions {
        level,
        threads: threads.try_into().unwrap(),
        name: None,
        mtime: 0,
    }
}

async fn packed(
    format: Format,
    data: &[u8],
    chunk_bytes: usize,
    options: &CompressOptions,
) -> Vec<u8> {
    let chunks: Vec<Bytes> = compress(format, chunked(data, chunk_bytes), options)
        .try_collect()
        .await
        .unwrap();
    assert!(chunks.iter().all(|chunk| !chunk.is_empty()));
    chunks.concat()
}

/// Text, noise and repetition in turn, so that blocks take times that differ.
fn mixed(len: usize) -> Vec<u8> {
    let mut data = Vec::with_capacity(len + 50_000);
    let mut seed = 1;
    while data.len() < len {
        data.extend((0..2_000).flat_map(|i| format!("line {i} of part {seed}\n").into_bytes()));
        data.extend(random_bytes(seed, 20_000));
        data.extend(vec![b' '; 30_000]);
        seed += 1;
    }
    data.truncate(len);
    data
}
