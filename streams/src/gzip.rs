//! gzip, zlib and raw deflate: every core when compressing, every member when decompressing.

#[cfg(any(feature = "brotli", feature = "zstd"))]
mod async_codecs;
mod block_splitter;
mod codec;
mod compress;
mod decoder;
mod decompress;
mod format;
mod framing;
mod header;
mod output_limit;
mod thread_pool;

pub use block_splitter::BLOCK_BYTES;
pub use codec::{compress, decompress};
pub use decoder::{Decoder, Trailing};
pub use decompress::DecodeSummary;
pub use format::{ByteStream, CompressOptions, DecompressOptions, Format};
