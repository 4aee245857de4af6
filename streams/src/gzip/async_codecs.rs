//! brotli and zstd, through `async-compression`: how any `AsyncRead` codec becomes a stage.

use async_compression::Level;
#[cfg(feature = "brotli")]
use async_compression::tokio::bufread::{BrotliDecoder, BrotliEncoder};
#[cfg(feature = "zstd")]
use async_compression::tokio::bufread::{ZstdDecoder, ZstdEncoder};
use futures::stream::TryStreamExt;
use tokio::io::AsyncRead;
use tokio_util::io::{ReaderStream, StreamReader};

use super::{ByteStream, DecodeSummary, Trailing};
use crate::{CompressOptions, Error, Format};

const CHUNK_BYTES: usize = 128 * 1024;

pub(crate) fn compress(format: Format, input: ByteStream, options: &CompressOptions) -> ByteStream {
    let input = StreamReader::new(input);
    let level = Level::Precise(i32::try_from(options.level).unwrap_or(i32::MAX));
    match format {
        #[cfg(feature = "brotli")]
        Format::Brotli => chunks(BrotliEncoder::with_quality(input, level)),
        #[cfg(feature = "zstd")]
        Format::Zstd => chunks(ZstdEncoder::with_quality(input, level)),
        _ => unreachable!("the caller keeps the deflate family"),
    }
}

pub(crate) fn decompress(format: Format, input: ByteStream) -> (ByteStream, DecodeSummary) {
    let input = StreamReader::new(input);
    let output = match format {
        #[cfg(feature = "brotli")]
        Format::Brotli => chunks(BrotliDecoder::new(input)),
        #[cfg(feature = "zstd")]
        Format::Zstd => {
            let mut decoder = ZstdDecoder::new(input);
            decoder.multiple_members(true);
            chunks(decoder)
        }
        _ => unreachable!("the caller keeps the deflate family"),
    };
    let summary = DecodeSummary::default();
    summary.set(1, Trailing::Nothing);
    (output, summary)
}

fn chunks(reader: impl AsyncRead + Send + 'static) -> ByteStream {
    Box::pin(
        ReaderStream::with_capacity(reader, CHUNK_BYTES).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Error::Truncated,
            std::io::ErrorKind::InvalidData | std::io::ErrorKind::Other => Error::Corrupt {
                reason: error.to_string(),
            },
            _ => Error::Io(error),
        }),
    )
}
