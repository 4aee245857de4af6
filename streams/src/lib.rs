//! Node's streams, in Rust's own form.
//!
//! | Node | here |
//! |---|---|
//! | Readable | [`Stream`](futures::Stream): [`file()`] for files |
//! | Writable | [`Sink`](futures::Sink): [`ByteSink`] for bytes, [`byte_queue`] between two tasks |
//! | Duplex | `AsyncRead + AsyncWrite`: [`duplex_pair`] |
//! | Transform | [`Transform`], put into a stream by [`Through::through`] |
//! | `pipeline()` | [`pipeline()`], stopped from outside by [`until`] |
//! | `PassThrough` that counts | `inspect_ok` of [`TryStreamExt`](futures::TryStreamExt) |
//! | `readline`, `StringDecoder`, two `pipe()`s | [`Lines`], [`Utf8`], [`Tee`] |
//! | a half-written file to remove, `fs.copyFile` | [`AtomicFile`], [`copy_file`] |
//! | `createGzip`, `createGunzip` ... | `compress`, `decompress` |
//!
//! Read first: `stream/readable.rs`, `stream/byte_queue.rs`, `stream/transform.rs`, `stream/pipeline.rs`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
//! use futures::TryStreamExt;
//! use streams::{ByteSink, file, pipeline};
//!
//! let mut loud = Vec::new();
//! let upper = file("Cargo.toml").chunks().map_ok(|chunk| chunk.to_ascii_uppercase().into());
//! pipeline(upper, ByteSink::new(&mut loud)).await?;
//!
//! assert!(loud.starts_with(b"[PACKAGE]\nNAME = "));
//! # Ok(()) }
//! ```

mod stream;
pub use stream::{
    ByteSink, Consumer, DEFAULT_CHUNK_BYTES, DEFAULT_HIGH_WATER_MARK, FileSource, Producer,
    Through, Transform, WriteStatus, byte_queue, duplex_pair, echo, file, pipeline, until,
};

mod adapters;
pub use adapters::{Lines, Tee, Utf8};

mod fs;
pub use fs::{AtomicFile, copy_file};

#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "gzip")]
pub use gzip::{
    BLOCK_BYTES, ByteStream, CompressOptions, DecodeSummary, Decoder, DecompressOptions, Format,
    Trailing, compress, decompress,
};

mod error;
pub use error::Error;

#[cfg(all(doctest, feature = "gzip"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "gzip"))]
#[doc = include_str!("../NODE.md")]
struct NodeCounterparts;
