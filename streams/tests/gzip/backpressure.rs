//! Stages that do not run ahead: what is taken from the source is what the reader asked for, and a bounded bit more.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use streams::BLOCK_BYTES;
use streams::{
    ByteCounter, CompressOptions, DecompressOptions, Error, Format, compress, decompress,
};

fn endless() -> BoxStream<'static, Result<Bytes, Error>> {
    stream::repeat_with(|| Ok(vec![b'x'; 10_000].into())).boxed()
}

#[tokio::test]
async fn compression_is_ahead_by_two_blocks_a_thread_at_most() {
    for threads in [1, 2, 16] {
        let options = CompressOptions {
            threads: threads.try_into().unwrap(),
            ..CompressOptions::default()
        };
        let meter = ByteCounter::new();
        let mut packed = compress(Format::Raw, meter.watch(endless()), &options);

        for delivered in 1..50 {
            packed.try_next().await.unwrap().unwrap();

            let blocks = meter.bytes() / BLOCK_BYTES as u64;
            assert!(blocks <= delivered + 2 * threads as u64, "{blocks} blocks");
        }
    }
}

#[tokio::test]
async fn decompression_takes_a_chunk_only_when_it_has_used_up_the_one_before() {
    let zeros = stream::iter([Ok(vec![0; 8_000_000].into())]);
    let packed = compress(Format::Gzip, zeros, &CompressOptions::default());
    let chunks: Vec<Bytes> = packed.try_collect().await.unwrap();
    let packed: Bytes = chunks.concat().into();
    let halves = [
        packed.slice(..packed.len() / 2),
        packed.slice(packed.len() / 2..),
    ];
    let meter = ByteCounter::new();
    let source = meter.watch(stream::iter(halves.clone().map(Ok)));

    let (mut plain, _) = decompress(Format::Gzip, source, DecompressOptions::default());
    for _ in 0..10 {
        plain.try_next().await.unwrap().unwrap();
    }

    assert_eq!(meter.bytes(), halves[0].len() as u64);
}
