//! Stages that do not run ahead: what is taken from the source is what the reader asked for, and a bounded bit more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use streams::{BLOCK_BYTES, CompressOptions, DecompressOptions, Error, Format};
use streams::{compress, decompress};

fn endless() -> BoxStream<'static, Result<Bytes, Error>> {
    stream::repeat_with(|| Ok(vec![b'x'; 10_000].into())).boxed()
}

/// Returns `source`, and how many bytes it has delivered.
fn counted(
    source: BoxStream<'static, Result<Bytes, Error>>,
) -> (BoxStream<'static, Result<Bytes, Error>>, Arc<AtomicUsize>) {
    let delivered = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&delivered);
    let counted = source.inspect_ok(move |chunk| {
        count.fetch_add(chunk.len(), Ordering::Relaxed);
    });
    (counted.boxed(), delivered)
}

#[tokio::test]
async fn compression_is_ahead_by_two_blocks_a_thread_at_most() {
    for threads in [1, 2, 16] {
        let options = CompressOptions {
            threads: threads.try_into().unwrap(),
            ..CompressOptions::default()
        };
        let (source, taken) = counted(endless());
        let mut packed = compress(Format::Raw, source, &options);

        for delivered in 1..50 {
            packed.try_next().await.unwrap().unwrap();

            let blocks = taken.load(Ordering::Relaxed) / BLOCK_BYTES;
            assert!(blocks <= delivered + 2 * threads, "{blocks} blocks");
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
    let (source, taken) = counted(stream::iter(halves.clone().map(Ok)).boxed());

    let (mut plain, _) = decompress(Format::Gzip, source, DecompressOptions::default());
    for _ in 0..10 {
        plain.try_next().await.unwrap().unwrap();
    }

    assert_eq!(taken.load(Ordering::Relaxed), halves[0].len());
}
