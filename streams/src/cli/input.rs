//! What is read: a file or stdin, with its progress bar.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt, TryStreamExt};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use streams::{ByteStream, Error, FileSource};

use super::message::{Outcome, shown, warn};
use super::sys;

/// Reads are large, so that the hop to another thread does not count.
const CHUNK_BYTES: usize = 128 * 1024;

/// A file that is read.
pub struct Input {
    /// As it was given; `-` for stdin.
    pub path: PathBuf,
    /// Of a regular file; pipes and devices have none that counts.
    pub metadata: Option<Metadata>,
    /// Counts what is read. On a terminal it shows, until the last clone is dropped.
    pub bar: ProgressBar,
    file: File,
}

impl Input {
    /// Opens the file at `path`, or takes stdin for `-`.
    pub async fn open(path: &Path, quiet: bool) -> Result<Self, Error> {
        let file = match is_dash(path) {
            true => sys::duplicate(&io::stdin())?,
            // Opening a named pipe waits for its writer.
            false => match tokio::fs::File::open(path).await {
                Ok(file) => file.into_std().await,
                // Windows opens no directory.
                Err(_) if path.is_dir() => return Err(is_directory()),
                Err(error) => return Err(error.into()),
            },
        };
        let metadata = file.metadata().ok();
        if metadata.as_ref().is_some_and(Metadata::is_dir) {
            return Err(is_directory());
        }
        let metadata = metadata.filter(Metadata::is_file);
        Ok(Self {
            path: path.to_owned(),
            bar: match quiet {
                true => ProgressBar::hidden(),
                false => bar(path, metadata.as_ref().map(Metadata::len)),
            },
            metadata,
            file,
        })
    }

    pub fn is_stdin(&self) -> bool {
        is_dash(&self.path)
    }

    /// Returns whether this is the file that stands at `path`.
    pub fn is_at(&self, path: &Path) -> bool {
        // Opening a pipe would wait.
        let there = path.is_file().then(|| same_file::Handle::from_path(path));
        let this = self.file.try_clone().and_then(same_file::Handle::from_file);
        matches!((there, this), (Some(Ok(there)), Ok(this)) if there == this)
    }

    /// Returns a handle to read with; all handles share one position.
    pub fn handle(&self) -> Result<File, Error> {
        Ok(self.file.try_clone()?)
    }

    /// Returns the contents, counted by the bar as they go by.
    pub fn chunks(&self) -> Result<ByteStream, Error> {
        let source = FileSource::from(self.handle()?);
        let chunk_bytes = CHUNK_BYTES.try_into().expect("not zero");
        let chunks = source.chunk_bytes(chunk_bytes).chunks();
        let bar = self.bar.clone();
        let counted = chunks.inspect_ok(move |chunk| bar.inc(chunk.len() as u64));
        Ok(Box::pin(counted))
    }

    /// Takes the bar away and warns if the file is another one than when it was opened: what was read may be of both.
    pub fn finish(&self, quiet: bool) -> Result<Outcome, Error> {
        self.bar.finish_and_clear();
        let Some(before) = &self.metadata else {
            return Ok(Outcome::Done);
        };
        let now = self.file.metadata()?;
        let is_same = now.len() == before.len() && now.modified().ok() == before.modified().ok();
        Ok(match is_same {
            true => Outcome::Done,
            false => warn(&self.path, "changed while it was read", quiet),
        })
    }
}

fn is_directory() -> Error {
    io::Error::from(io::ErrorKind::IsADirectory).into()
}

pub fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

/// Takes at least `bytes` from the start of `source`, if it has as many, and puts them back at its front.
pub async fn peek(mut source: ByteStream, bytes: usize) -> Result<(Bytes, ByteStream), Error> {
    let mut start = BytesMut::new();
    while start.len() < bytes
        && let Some(chunk) = source.try_next().await?
    {
        start.extend_from_slice(&chunk);
    }
    let start = start.freeze();
    let front = stream::iter([Ok(start.clone())]);
    Ok((start, Box::pin(front.chain(source))))
}

/// Returns a bar for `size` bytes of `file`, or a count where the size is not known; nothing shows if stderr is no terminal.
fn bar(file: &Path, size: Option<u64>) -> ProgressBar {
    let template = match size {
        Some(_) => {
            "{msg} {percent:>3}% [{bar:30}] {bytes}/{total_bytes} {binary_bytes_per_sec} ETA {eta}"
        }
        None => "{msg} {bytes} {binary_bytes_per_sec}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is well formed");
    let at_most_ten_times_a_second = ProgressDrawTarget::stderr_with_hz(10);
    ProgressBar::with_draw_target(size, at_most_ten_times_a_second)
        .with_style(style.progress_chars("=> "))
        .with_message(shown(file))
}
