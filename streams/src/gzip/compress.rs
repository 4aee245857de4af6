//! Deflate on every core. Node's zlib streams use one thread each.
//!
//! The input is cut into blocks of 128 KiB. Each is compressed by itself, but primed with the 32 KiB
//! before it (without that, output grows by 4 %), and ended by a sync flush, which leaves
//! it on a byte border: so the blocks can simply be joined and any gunzip reads them as one member.
//! `buffered(n)` keeps the order and, as it holds at most n blocks, a slow writer stops the
//! reader. Ordered, bounded concurrency *is* backpressure.
//!
//! Same bytes every time: borders depend on the offset alone, one thread takes the same path as
//! twenty, and each block gets a new [`Compress`], since a reset one remembers too much (zlib-rs 0.6).

use std::sync::Arc;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use futures::stream::{Stream, StreamExt};
use tokio::sync::Semaphore;

use super::block_splitter::{BLOCK_BYTES, Block, BlockSplitter};
use super::framing::{Check, Framer};
use super::thread_pool;
use crate::stream::compact;
use crate::{CompressOptions, Error, Format, Through};

/// Returns `input`, compressed as one member of `format`; see [`crate::compress`].
pub fn compress<S>(
    format: Format,
    input: S,
    options: &CompressOptions,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + use<S>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let level = Compression::new(options.level.min(9));
    let threads = options.threads.get().min(thread_pool::max_threads());
    // One block at each thread, one waiting for it.
    let in_flight = 2 * threads;
    // Where the pool is the limit, its own queue is quicker.
    let permits = if threads < thread_pool::max_threads() {
        threads
    } else {
        in_flight
    };
    let permits = Arc::new(Semaphore::new(permits));
    input
        .through(BlockSplitter::default())
        .map(move |block| {
            let permits = Arc::clone(&permits);
            async move {
                let block = block?;
                let permit = permits.acquire_owned().await;
                let job = move || {
                    let deflated = deflate(block, level, format);
                    drop(permit);
                    deflated
                };
                thread_pool::run(job).await?
            }
        })
        .buffered(in_flight)
        .through(Framer::new(format, options))
}

/// A block after compression, with its part of the check value.
pub(super) struct Deflated {
    pub bytes: Bytes,
    pub check: Check,
}

fn deflate(block: Block, level: Compression, format: Format) -> Result<Deflated, Error> {
    let mut state = Compress::new(level, false);
    // Level 0 finds no matches, so it has no use for a window.
    if !block.dictionary.is_empty() && level.level() > 0 {
        state.set_dictionary(&block.dictionary)?;
    }
    // Of one size for every block: the allocator then finds room where the last ones were.
    let mut out = Vec::with_capacity(BLOCK_BYTES + BLOCK_BYTES / 16);
    loop {
        let consumed = usize::try_from(state.total_in()).expect("a block fits into memory");
        state.compress_vec(&block.bytes[consumed..], &mut out, FlushCompress::Sync)?;
        // Room to spare is the only sign that the flush is complete.
        if out.len() < out.capacity() {
            break;
        }
        out.reserve(BLOCK_BYTES / 4);
    }
    // Noise: at level 1 the backend would make it larger by up to an eighth.
    if out.len() > block.bytes.len() && level.level() > 0 {
        return deflate(block, Compression::none(), format);
    }
    Ok(Deflated {
        bytes: compact(out),
        check: Check::of(format, block.bytes),
    })
}
