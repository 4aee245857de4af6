//! Node's streams, in Rust's own form.
//!
//! | Node | here |
//! |---|---|
//! | Readable | [`Stream`](futures::Stream): [`file()`] for files |
//! | Writable | [`Sink`](futures::Sink): [`ByteSink`] for bytes, [`queue`] for backpressure to look at |
//! | Duplex | `AsyncRead + AsyncWrite`: [`duplex`] |
//! | Transform | [`Transform`], put into a stream by [`Through::through`] |
//! | `pipeline()` | [`pipeline()`] |
//!
//! Read first: `readable.rs`, `queue.rs`, `transform.rs`, `pipeline.rs`, `deflate/compress.rs`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
//! use streams::{ByteSink, CompressOptions, Format, compress, pipeline};
//!
//! let mut packed = Vec::new();
//! let source = streams::file("Cargo.toml").chunks();
//! pipeline(compress(Format::Gzip, source, &CompressOptions::default()), ByteSink::new(&mut packed)).await?;
//!
//! assert_eq!(packed[..2], [0x1f, 0x8b]);
//! # Ok(()) }
//! ```

mod readable;
pub use readable::{DEFAULT_CHUNK_BYTES, FileSource, file};

mod writable;
pub use writable::{ByteSink, DEFAULT_HIGH_WATER_MARK};

pub mod queue;

pub mod duplex;

mod transform;
pub use transform::{Through, Transform};

mod pipeline;
pub use pipeline::{pipeline, pipeline_until, until};

mod text;
pub use text::{Lines, Utf8};

mod fan_out;
pub use fan_out::FanOut;

mod meter;
pub use meter::Meter;

mod format;
pub use format::{ByteStream, CompressOptions, DecompressOptions, Format, compress, decompress};

pub mod deflate;

#[cfg(any(feature = "brotli", feature = "zstd"))]
mod other_formats;

mod whole_file;
pub use whole_file::WholeFile;

mod copy;
pub use copy::copy_file;

mod error;
pub use error::Error;
