//! gzip, zlib and raw deflate: every core when compressing, every member when decompressing.
//!
//! A chunk's way when compressing: `block_splitter` gathers blocks, `compress` deflates each in the `thread_pool`,
//! `framing` joins them between `header` and check value. When decompressing: `decompress` feeds the `decoder` in the
//! pool, `output_limit` counts what comes out. `codec` chooses by format; another format gets its names in `format`
//! and its stages in `async_codecs`.

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
