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

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};
use futures::stream::StreamExt;
use tokio::sync::Semaphore;

use super::block_splitter::{BLOCK_BYTES, Block, BlockSplitter};
use super::format::ByteStream;
use super::framing::Framer;
use super::thread_pool;
use crate::{CompressOptions, Format, Through};

/// Returns `input`, compressed as one member of `format`; see [`crate::compress`].
pub fn compress(format: Format, input: ByteStream, options: &CompressOptions) -> ByteStream {
    let level = Compression::new(options.level.min(9));
    let threads = options.threads.get().min(num_cpus::get());
    let free_threads = Arc::new(Semaphore::new(threads));
    let deflated = input
        .through(BlockSplitter::default())
        .map(move |block| {
            let free_threads = Arc::clone(&free_threads);
            async move {
                let block = block?;
                // It is never closed, so there is always a permit.
                let permit = free_threads.acquire_owned().await;
                let job = move || {
                    let _until_done = permit;
                    deflate(block, level)
                };
                thread_pool::run(job).await
            }
        })
        // One block at each thread, one waiting for it.
        .buffered(2 * threads);
    Box::pin(deflated.through(Framer::new(format, options)))
}

/// A block after compression, and what it was before.
pub(super) struct Deflated {
    pub bytes: Bytes,
    pub plain: Bytes,
}

thread_local! {
    /// One buffer for every block that a thread compresses: its pages stay warm.
    static OUT: RefCell<Vec<u8>> = RefCell::default();
}

fn deflate(block: Block, level: Compression) -> Deflated {
    let bytes = OUT.with_borrow_mut(|out| {
        deflate_into(out, &block, level);
        // Noise: at level 1 the backend would make it larger by up to an eighth.
        if out.len() > block.bytes.len() && level.level() > 0 {
            deflate_into(out, &block, Compression::none());
        }
        // A copy, since a chunk must not hold more than it shows.
        Bytes::copy_from_slice(out)
    });
    Deflated {
        bytes,
        plain: block.bytes,
    }
}

fn deflate_into(out: &mut Vec<u8>, block: &Block, level: Compression) {
    const VALID: &str = "a new state of a valid level takes everything";
    let mut state = Compress::new(level, false);
    // Level 0 finds no matches, so it has no use for a window.
    if !block.dictionary.is_empty() && level.level() > 0 {
        state.set_dictionary(&block.dictionary).expect(VALID);
    }
    out.clear();
    loop {
        out.reserve(BLOCK_BYTES + BLOCK_BYTES / 16);
        let consumed = usize::try_from(state.total_in()).expect("a block fits into memory");
        let compressed = state.compress_vec(&block.bytes[consumed..], out, FlushCompress::Sync);
        compressed.expect(VALID);
        // Room to spare is the only sign that the flush is complete.
        if out.len() < out.capacity() {
            return;
        }
    }
}
