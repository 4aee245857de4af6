//! gzip, zlib and raw deflate: every core when compressing, every member when decompressing.

#[cfg(any(feature = "brotli", feature = "zstd"))]
mod async_codecs;
mod codec;
mod decoder;
mod decompress;
mod format;
mod header;
mod thread_pool;

pub use codec::BLOCK_BYTES;
pub use decoder::{DecodeStatus, Decoder, Trailing};
pub use decompress::DecodeSummary;
pub use format::{ByteStream, CompressOptions, DecompressOptions, Format, compress, decompress};
pub use header::stored_name;
