//! What is read: a file or stdin, all of it or a part, in chunks.

use std::fs::File;
use std::io::{self, Read, SeekFrom};
use std::os::fd::AsFd;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::size::Seek;

/// Large enough that calls do not count, small enough for a cache.
pub const CHUNK_BYTES: usize = 128 * 1024;

/// A file being read.
pub struct Input {
    file: File,
    name: String,
    left: u64,
    chunk: Vec<u8>,
}

impl Input {
    /// Opens the file at `path`; `-` and nothing are stdin.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let named = path.filter(|path| *path != Path::new("-"));
        let name = named.map_or("stdin".to_owned(), |path| {
            path.to_string_lossy().escape_debug().collect()
        });
        let file = match named {
            Some(path) => File::open(path),
            None => io::stdin().as_fd().try_clone_to_owned().map(File::from),
        };
        let file = file.with_context(|| name.clone())?;
        if file.metadata().with_context(|| name.clone())?.is_dir() {
            bail!("{name}: is a directory");
        }
        Ok(Self {
            file,
            name,
            left: u64::MAX,
            chunk: vec![0; CHUNK_BYTES],
        })
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads at most so many bytes.
    pub fn limit(&mut self, bytes: u64) {
        self.left = bytes;
    }

    /// Goes to where reading begins and returns how far from the start that is. What cannot be skipped is read.
    pub fn skip(&mut self, seek: Seek) -> Result<u64> {
        use std::io::Seek as _;
        let place = match seek {
            Seek::FromStart(bytes) => SeekFrom::Start(bytes),
            Seek::FromEnd(bytes) => SeekFrom::End(0_i64.saturating_sub_unsigned(bytes)),
        };
        let there = self.file.metadata().with_context(|| self.name.clone())?;
        let past_the_end = |len: u64, bytes: u64| {
            anyhow!("{}: cannot begin at {bytes}: it has {len} bytes", self.name)
        };
        match (self.file.seek(place), seek) {
            (Ok(place), _) if there.is_file() && place > there.len() => {
                Err(past_the_end(there.len(), place))
            }
            (Ok(place), Seek::FromEnd(_)) => Ok(place),
            (Ok(place), Seek::FromStart(bytes)) if place == bytes => Ok(place),
            // A pipe cannot be sought in; a device may say that it was, and was not.
            (_, Seek::FromStart(bytes)) => {
                let skipped = io::copy(&mut (&self.file).take(bytes), &mut io::sink())
                    .with_context(|| self.name.clone())?;
                if skipped < bytes {
                    return Err(past_the_end(skipped, bytes));
                }
                Ok(skipped)
            }
            (Err(_), Seek::FromEnd(bytes)) => {
                bail!(
                    "{}: cannot begin {bytes} bytes before the end: it is shorter, or is no file",
                    self.name
                )
            }
        }
    }

    /// The next bytes, as many as are there at once; none at the end.
    pub fn next(&mut self) -> Result<&[u8]> {
        let room = self
            .chunk
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        loop {
            match self.file.read(&mut self.chunk[..room]) {
                Ok(bytes) => {
                    self.left -= bytes as u64;
                    return Ok(&self.chunk[..bytes]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error).with_context(|| self.name.clone()),
            }
        }
    }
}

/// Stdout without the line buffer of the standard one.
pub fn stdout() -> Result<File> {
    Ok(File::from(
        io::stdout()
            .as_fd()
            .try_clone_to_owned()
            .context("stdout")?,
    ))
}
