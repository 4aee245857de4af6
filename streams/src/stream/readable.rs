//! Readable: a file as a stream of chunks, `fs.createReadStream(path, { start, end, highWaterMark })`.
//!
//! Node starts reading as soon as there is a listener and holds up to a high-water mark of bytes ready.
//! A Rust [`Stream`] is lazy: nothing is read until the next chunk is asked for, and dropping the
//! stream closes the file. Node's `end` is inclusive; a Rust range says which it is.
//!
//! Iterators and generators as sources (`Readable.from`) need nothing of ours: see
//! [`futures::stream::iter`] and [`futures::stream::unfold`].

use std::io::{ErrorKind, SeekFrom};
use std::num::NonZeroUsize;
use std::ops::{Bound, RangeBounds};
use std::path::{Path, PathBuf};

use bytes::{BufMut, Bytes};
use futures::stream::{self, Stream, TryStreamExt};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, Take};

use crate::Error;

/// Node's default chunk for files: 64 KiB.
pub const DEFAULT_CHUNK_BYTES: NonZeroUsize =
    NonZeroUsize::new(64 * 1024).expect("64 KiB is not zero");

/// A file to be read in chunks; made by [`file()`], or from an open [`std::fs::File`].
#[derive(Debug)]
pub struct FileSource {
    origin: Origin,
    chunk_bytes: NonZeroUsize,
    start: u64,
    end: u64,
}

#[derive(Debug)]
enum Origin {
    Path(PathBuf),
    Opened(File),
}

/// Describes how the file at `path` is read; [`FileSource::chunks`] reads it.
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
    Origin::Path(path.as_ref().to_owned()).into()
}

/// Reads an open file, pipe or device from its current position.
impl From<std::fs::File> for FileSource {
    fn from(file: std::fs::File) -> Self {
        Origin::Opened(File::from_std(file)).into()
    }
}

impl From<Origin> for FileSource {
    fn from(origin: Origin) -> Self {
        Self {
            origin,
            chunk_bytes: DEFAULT_CHUNK_BYTES,
            start: 0,
            end: u64::MAX,
        }
    }
}

impl FileSource {
    /// Sets how many bytes a chunk has; only the last one may have fewer, and those that come
    /// through a pipe: a chunk is then what one read returns.
    #[must_use]
    pub fn chunk_bytes(mut self, chunk_bytes: NonZeroUsize) -> Self {
        self.chunk_bytes = chunk_bytes;
        self
    }

    /// Reads these byte offsets only; offsets past the end of the file are left out.
    #[must_use]
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        self.start = match range.start_bound() {
            Bound::Included(&first) => first,
            Bound::Excluded(&before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        self.end = match range.end_bound() {
            Bound::Included(&last) => last.saturating_add(1),
            Bound::Excluded(&end) => end,
            Bound::Unbounded => u64::MAX,
        };
        self
    }

    /// Returns the stream of chunks. The file is opened when the first one is asked for.
    ///
    /// # Errors
    ///
    /// The stream yields [`Error::Io`] once and ends if the file cannot be opened or read; chunks
    /// before the error have been delivered.
    pub fn chunks(self) -> impl Stream<Item = Result<Bytes, Error>> + Send {
        let opened = stream::once(self.open());
        let chunks = opened.map_ok(|opened| stream::try_unfold(opened, Opened::next_chunk));
        chunks.try_flatten()
    }

    async fn open(self) -> Result<Opened, Error> {
        let mut file = match self.origin {
            Origin::Path(path) => File::open(path).await?,
            Origin::Opened(file) => file,
        };
        let mut bytes = self.end.saturating_sub(self.start);
        if i64::try_from(self.start).is_err() {
            // No file is that long, so nothing is read, as from any offset past the end.
            bytes = 0;
        } else if self.start > 0 {
            match file.seek(SeekFrom::Start(self.start)).await {
                Ok(_) => {}
                // This file system has none that is that long.
                Err(error) if error.kind() == ErrorKind::InvalidInput => bytes = 0,
                Err(error) => return Err(error.into()),
            }
        }
        // On Windows a pipe has no metadata.
        let metadata = file.metadata().await;
        Ok(Opened {
            fills_chunks: metadata.is_ok_and(|metadata| metadata.is_file()),
            file: file.take(bytes),
            chunk_bytes: self.chunk_bytes.get(),
        })
    }
}

struct Opened {
    file: Take<File>,
    chunk_bytes: usize,
    /// Whether a read that returns less than was asked for is continued, as it is for regular files.
    fills_chunks: bool,
}

impl Opened {
    async fn next_chunk(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        let mut chunk = Vec::with_capacity(self.chunk_bytes);
        loop {
            let room = self.chunk_bytes - chunk.len();
            let read = self.file.read_buf(&mut (&mut chunk).limit(room)).await?;
            if read == 0 || chunk.len() == self.chunk_bytes || !self.fills_chunks {
                return Ok((!chunk.is_empty()).then(|| (compact(chunk), self)));
            }
        }
    }
}

/// Turns a buffer into a chunk that holds at most twice the bytes that it shows.
///
/// A high-water mark counts what chunks show, so memory behind them must not be much more.
fn compact(buffer: Vec<u8>) -> Bytes {
    if buffer.capacity() > 2 * buffer.len() {
        Bytes::copy_from_slice(&buffer)
    } else {
        buffer.into()
    }
}
