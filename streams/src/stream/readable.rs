//! Readable: a file as a stream of chunks, `fs.createReadStream(path, { start, end, highWaterMark })`.
//!
//! Node starts reading as soon as somebody listens and holds up to a high-water mark of bytes ready.
//! A Rust [`Stream`] is lazy: nothing is read until the next chunk is asked for, and dropping the
//! stream closes the file. Node's `end` is inclusive; a Rust range says which it is.
//!
//! Iterators and generators as sources (`Readable.from`) need nothing of ours: see
//! [`futures::stream::iter`] and [`futures::stream::unfold`].

use std::io::{ErrorKind, SeekFrom};
use std::num::NonZeroUsize;
use std::ops::{Bound, RangeBounds};
use std::path::{Path, PathBuf};

use bytes::{BufMut, Bytes, BytesMut};
use futures::stream::{self, Stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use crate::Error;

/// Node's default chunk for files: 64 KiB.
pub const DEFAULT_CHUNK_BYTES: NonZeroUsize =
    NonZeroUsize::new(64 * 1024).expect("64 KiB is not zero");

/// A file to be read in chunks; made by [`file()`].
#[derive(Debug, Clone)]
pub struct FileSource {
    path: PathBuf,
    chunk_bytes: NonZeroUsize,
    start: u64,
    end: Option<u64>,
}

/// Describes the reading of the file at `path`; [`FileSource::chunks`] does it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use futures::TryStreamExt;
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("digits");
/// std::fs::write(&path, "0123456789")?;
///
/// let chunks: Vec<_> = streams::file(&path).range(2..=7).chunk_bytes(4.try_into().unwrap()).chunks().try_collect().await?;
///
/// assert_eq!(chunks, ["2345", "67"]);
/// # Ok(()) }
/// ```
pub fn file(path: impl AsRef<Path>) -> FileSource {
    FileSource {
        path: path.as_ref().to_owned(),
        chunk_bytes: DEFAULT_CHUNK_BYTES,
        start: 0,
        end: None,
    }
}

impl FileSource {
    /// Sets how many bytes a chunk has; only the last one may have fewer.
    #[must_use]
    pub fn chunk_bytes(mut self, chunk_bytes: NonZeroUsize) -> Self {
        self.chunk_bytes = chunk_bytes;
        self
    }

    /// Reads these byte offsets only; what lies past the end of the file is left out.
    #[must_use]
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        self.start = match range.start_bound() {
            Bound::Included(&first) => first,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        self.end = match range.end_bound() {
            Bound::Included(&last) => last.checked_add(1),
            Bound::Excluded(&end) => Some(end),
            Bound::Unbounded => None,
        };
        self
    }

    /// The stream of chunks. The file is opened when the first one is asked for.
    ///
    /// # Errors
    ///
    /// The stream yields [`Error::Io`] once and ends if the file cannot be opened or read; chunks
    /// before the error have been delivered.
    pub fn chunks(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        stream::try_unfold(Reading::NotOpened(self), |reading| async move {
            let (mut file, chunk_bytes) = match reading {
                Reading::Opened { file, chunk_bytes } => (file, chunk_bytes),
                Reading::NotOpened(source) => (source.open().await?, source.chunk_bytes),
            };
            let chunk = full_chunk(&mut file, chunk_bytes.get()).await?;
            Ok((!chunk.is_empty()).then_some((chunk, Reading::Opened { file, chunk_bytes })))
        })
    }

    async fn open(&self) -> Result<tokio::io::Take<File>, Error> {
        let mut file = File::open(&self.path).await?;
        let mut bytes = self
            .end
            .map_or(u64::MAX, |end| end.saturating_sub(self.start));
        if self.start > 0 {
            match file.seek(SeekFrom::Start(self.start)).await {
                Ok(_) => {}
                // No file reaches that far: past the end, like any other offset behind it.
                Err(error) if error.kind() == ErrorKind::InvalidInput => bytes = 0,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(file.take(bytes))
    }
}

enum Reading {
    NotOpened(FileSource),
    Opened {
        file: tokio::io::Take<File>,
        chunk_bytes: NonZeroUsize,
    },
}

/// Reads until the chunk is full or the file ends: one `read` may return less than was asked for.
async fn full_chunk(file: &mut tokio::io::Take<File>, chunk_bytes: usize) -> Result<Bytes, Error> {
    let mut chunk = BytesMut::with_capacity(chunk_bytes);
    while chunk.len() < chunk_bytes {
        let room = chunk_bytes - chunk.len();
        if file.read_buf(&mut (&mut chunk).limit(room)).await? == 0 {
            break;
        }
    }
    Ok(chunk.freeze())
}
