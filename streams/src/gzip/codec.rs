//! Compressing and decompressing as stages of a pipeline, in any of the formats.

use bytes::Bytes;
use futures::stream::Stream;

use super::decompress::DecodeSummary;
use super::format::{ByteStream, CompressOptions, DecompressOptions, Format};
use super::output_limit::OutputLimit;
use crate::{Error, Through};

/// Returns `input`, compressed. Threads that all streams share do the work, as soon as the stream is polled.
///
/// Output comes when a block of 128 KiB is full; there is no flush. For events, which must be readable at
/// once, take `async_compression::tokio::write::GzipEncoder` and its `flush()`.
///
/// The bytes depend on the input, the level and the header fields alone: not on how the input is
/// cut into chunks, on the number of threads or on timing (brotli and zstd: on the chunks).
///
/// # Errors
///
/// The stream yields the input's error once and ends.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use futures::{TryStreamExt, stream};
/// use streams::{CompressOptions, DecompressOptions, Format, compress, decompress};
///
/// let text = stream::iter([Ok("Hello, ".into()), Ok("streams".into())]);
/// let packed = compress(Format::Gzip, text, &CompressOptions::default());
/// let (unpacked, _report) = decompress(Format::Gzip, packed, DecompressOptions::default());
///
/// let chunks: Vec<bytes::Bytes> = unpacked.try_collect().await?;
/// assert_eq!(chunks.concat(), b"Hello, streams");
/// # Ok(()) }
/// ```
pub fn compress(
    format: Format,
    input: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
    options: &CompressOptions,
) -> ByteStream {
    let input = Box::pin(input);
    match format {
        Format::Gzip | Format::Zlib | Format::Raw => {
            super::compress::compress(format, input, options)
        }
        #[cfg(any(feature = "brotli", feature = "zstd"))]
        _ => super::async_codecs::compress(format, input, options),
    }
}

/// Returns `input`, decompressed, and a [`DecodeSummary`] that is complete when the stream has ended.
///
/// # Errors
///
/// The stream yields the bytes that were decoded, of which only a whole member is verified, then one of [`Error::Truncated`], [`Error::Corrupt`],
/// [`Error::WrongFormat`], [`Error::OutputLimit`] or the input's error, and ends.
pub fn decompress(
    format: Format,
    input: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
    options: DecompressOptions,
) -> (ByteStream, DecodeSummary) {
    let input = Box::pin(input);
    let (plain, summary) = match format {
        Format::Gzip | Format::Zlib | Format::Raw => super::decompress::decompress(format, input),
        #[cfg(any(feature = "brotli", feature = "zstd"))]
        _ => super::async_codecs::decompress(format, input),
    };
    let limit = options.max_output.unwrap_or(u64::MAX);
    let limited = plain.through(OutputLimit { limit, passed: 0 });
    (Box::pin(limited), summary)
}
