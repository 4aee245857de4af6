//! Deflate on every core. Node's zlib streams use one thread each.
//!
//! The input is cut into blocks of 128 KiB. Each is compressed by itself, but primed with the 32 KiB
//! before it (without that, output grows by 4 %), and ended by a sync flush, which leaves
//! it on a byte border: so the blocks can simply be joined and any gunzip reads them as one member.
//! `buffered(n)` is all the machinery: it keeps the order and, as it holds at most n blocks, a
//! slow writer stops the reader. Ordered, bounded concurrency *is* backpressure.
//!
//! Same bytes every time: borders depend on the offset alone, one thread takes the same path as
//! twenty, and each block gets a new [`Compress`], since a reset one remembers too much (zlib-rs 0.6).

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use adler2::Adler32;
use bytes::{BufMut, Bytes, BytesMut};
use flate2::{Compress, Compression, Crc, FlushCompress};
use futures::stream::{Stream, StreamExt};

use super::header::gzip_header;
use super::thread_pool::ThreadPool;
use crate::stream::{Through, Transform};
use crate::{CompressOptions, Error, Format};

/// How many bytes of input go into one block.
pub const BLOCK_BYTES: usize = 128 * 1024;

/// How far back deflate can refer.
const WINDOW_BYTES: usize = 32 * 1024;

/// More than any machine has cores for; a slip of the hand must not start a million.
const MAX_THREADS: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not zero");

/// A deflate block of type 1 that is the last one and holds nothing. Ending with it means that no
/// real block needs to know that it is the last.
const FINAL_BLOCK: [u8; 2] = [0x03, 0x00];

/// `input`, compressed as one member of `format`; see [`crate::compress`].
pub fn compress<S>(
    format: Format,
    input: S,
    options: &CompressOptions,
) -> impl Stream<Item = Result<Bytes, Error>> + Send + use<S>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let level = Compression::new(options.level.min(9));
    let threads = options.threads.min(MAX_THREADS);
    let pool = ThreadPool::new(threads);
    // One block at each worker, one waiting for it.
    let in_flight = 2 * threads.get();
    input
        .through(BlockSplitter::default())
        .map(move |block| {
            let deflated = block.map(|block| pool.run(move || deflate(block, level, format)));
            async { deflated?.await.unwrap_or(Err(Error::Panicked)) }
        })
        .buffered(in_flight)
        .through(Framer::new(format, options))
}

/// A part of the input, and what precedes it.
struct Block {
    bytes: Bytes,
    dictionary: Bytes,
}

/// Cuts a stream of chunks of any size into blocks of [`BLOCK_BYTES`].
#[derive(Default)]
struct BlockSplitter {
    gathered: BytesMut,
    dictionary: Bytes,
}

impl BlockSplitter {
    fn take(&mut self) -> Block {
        let bytes = self.gathered.split().freeze();
        let next_dictionary = bytes.slice(bytes.len().saturating_sub(WINDOW_BYTES)..);
        Block {
            bytes,
            dictionary: std::mem::replace(&mut self.dictionary, next_dictionary),
        }
    }
}

impl Transform for BlockSplitter {
    type Input = Bytes;
    type Output = Block;
    type Error = Error;

    fn transform(&mut self, mut chunk: Bytes, out: &mut VecDeque<Block>) -> Result<(), Error> {
        while !chunk.is_empty() {
            self.gathered.reserve(BLOCK_BYTES - self.gathered.len());
            let part = chunk.split_to(chunk.len().min(BLOCK_BYTES - self.gathered.len()));
            self.gathered.extend_from_slice(&part);
            if self.gathered.len() == BLOCK_BYTES {
                out.push_back(self.take());
            }
        }
        Ok(())
    }

    fn flush(&mut self, out: &mut VecDeque<Block>) -> Result<(), Error> {
        if !self.gathered.is_empty() {
            out.push_back(self.take());
        }
        Ok(())
    }
}

/// A block after compression, with its part of the check value.
struct Deflated {
    bytes: Bytes,
    check: Check,
}

fn deflate(block: Block, level: Compression, format: Format) -> Result<Deflated, Error> {
    let mut state = Compress::new(level, false);
    // Level 0 finds no matches, so it has no use for a window.
    if !block.dictionary.is_empty() && level.level() > 0 {
        state.set_dictionary(&block.dictionary)?;
    }
    // Of one size for every block, and not shrunk: the allocator then finds room where the last ones were.
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
        bytes: out.into(),
        check: Check::of(format, block.bytes),
    })
}

/// The check value of a block, ready to be joined to that of the blocks before.
enum Check {
    Crc(Crc),
    /// There is no joining of Adler-32 sums in `adler2`: the bytes are summed when their turn comes.
    Adler(Bytes),
    None,
}

impl Check {
    fn of(format: Format, bytes: Bytes) -> Self {
        match format {
            Format::Gzip => {
                let mut crc = Crc::new();
                crc.update(&bytes);
                Self::Crc(crc)
            }
            Format::Zlib => Self::Adler(bytes),
            _ => Self::None,
        }
    }
}

/// Puts the header before the first block and the trailer after the last.
struct Framer {
    format: Format,
    header: Option<Bytes>,
    crc: Crc,
    adler: Adler32,
}

impl Framer {
    fn new(format: Format, options: &CompressOptions) -> Self {
        let header = match format {
            Format::Gzip => gzip_header(options),
            Format::Zlib => Bytes::from_static(&[0x78, 0x9c]),
            _ => Bytes::new(),
        };
        Self {
            format,
            header: Some(header),
            crc: Crc::new(),
            adler: Adler32::new(),
        }
    }
}

impl Transform for Framer {
    type Input = Deflated;
    type Output = Bytes;
    type Error = Error;

    fn transform(&mut self, block: Deflated, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        match block.check {
            Check::Crc(crc) => self.crc.combine(&crc),
            Check::Adler(bytes) => self.adler.write_slice(&bytes),
            Check::None => {}
        }
        out.extend(self.header.take().filter(|header| !header.is_empty()));
        out.push_back(block.bytes);
        Ok(())
    }

    fn flush(&mut self, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        let mut end = BytesMut::from(self.header.take().unwrap_or_default());
        end.extend_from_slice(&FINAL_BLOCK);
        match self.format {
            Format::Gzip => {
                end.put_u32_le(self.crc.sum());
                // Modulo 2^32, as RFC 1952 wants it.
                end.put_u32_le(self.crc.amount());
            }
            Format::Zlib => end.put_u32(self.adler.checksum()),
            _ => {}
        }
        out.push_back(end.freeze());
        Ok(())
    }
}
