//! gzip, zlib and raw deflate: every core when compressing, every member when decompressing.

mod compress;
mod decoder;
mod decompress;
mod header;
mod workers;

pub use compress::BLOCK_BYTES;
pub(crate) use compress::compress;
pub use decoder::{Decoder, Progress, Trailing};
pub use decompress::Report;
pub(crate) use decompress::decompress;
pub use header::stored_name;
