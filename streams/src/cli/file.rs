//! Opening what is read and what is written: files, stdin and stdout alike.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use streams::{AtomicFile, ByteSink, Error, pipeline};
use tokio_util::io::ReaderStream;

const CHUNK_BYTES: usize = 128 * 1024;

/// What is read.
pub struct Input {
    /// As it was given; `-` for stdin.
    pub path: PathBuf,
    pub file: File,
    pub metadata: Metadata,
}

impl Input {
    /// Opens the file at `path`, or takes stdin for `-`.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        // Opening a named pipe waits for its writer.
        let opened = tokio::task::spawn_blocking(move || -> io::Result<Self> {
            let file = if is_dash(&path) {
                duplicate(&io::stdin())?
            } else {
                File::open(&path)?
            };
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok(Self {
                path,
                file,
                metadata,
            })
        });
        Ok(opened.await??)
    }

    pub fn is_stdin(&self) -> bool {
        is_dash(&self.path)
    }

    /// The size, where it is known beforehand.
    pub fn size(&self) -> Option<u64> {
        self.metadata.is_file().then_some(self.metadata.len())
    }

    /// The contents, each chunk counted by `seen` as it goes by.
    pub fn chunks(self, mut seen: impl FnMut(u64)) -> impl Stream<Item = Result<Bytes, Error>> {
        let reader = ReaderStream::with_capacity(tokio::fs::File::from_std(self.file), CHUNK_BYTES);
        reader
            .map_err(Error::from)
            .inspect_ok(move |chunk| seen(chunk.len() as u64))
    }
}

/// What is written.
pub enum Output {
    Stdout(File),
    File { file: AtomicFile, path: PathBuf },
}

impl Output {
    pub fn stdout() -> Result<Self, Error> {
        Ok(Self::Stdout(
            duplicate(&io::stdout()).map_err(Error::Write)?,
        ))
    }

    /// A file at `path`, with the permissions and times of the input if that is a file too: a pipe's are not
    /// those of the data that comes through it.
    pub async fn file(path: &Path, overwrite: bool, input: &Input) -> Result<Self, Error> {
        let like = Some(input.metadata.clone()).filter(Metadata::is_file);
        let path = path.to_owned();
        // Opening a named pipe waits for its reader.
        let created = tokio::task::spawn_blocking(move || {
            let file = AtomicFile::create(&path, overwrite, like.as_ref())?;
            Ok(Self::File { file, path })
        });
        created.await?
    }

    /// What messages call it.
    pub fn path(&self) -> &Path {
        match self {
            Self::Stdout(_) => Path::new("stdout"),
            Self::File { path, .. } => path,
        }
    }

    pub fn handle(&self) -> Result<File, Error> {
        match self {
            Self::Stdout(file) => file.try_clone().map_err(Error::Write),
            Self::File { file, .. } => file.handle(),
        }
    }

    /// Takes all of `source`. A file appears when it is whole.
    pub async fn take(self, source: impl Stream<Item = Result<Bytes, Error>>) -> Result<(), Error> {
        let handle = tokio::fs::File::from_std(self.handle()?);
        pipeline(source, ByteSink::new(handle)).await?;
        self.commit()
    }

    pub fn commit(self) -> Result<(), Error> {
        match self {
            Self::Stdout(_) => Ok(()),
            Self::File { file, .. } => file.commit(),
        }
    }
}

pub fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}

pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A handle of our own, without the buffer and the lock of the standard one.
fn duplicate(stream: &impl AsFd) -> io::Result<File> {
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}
