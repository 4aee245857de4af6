//! What is read: a file or stdin, all of it or a part, in chunks.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::sys;

/// Large enough that calls do not count, small enough for a cache.
pub const CHUNK_BYTES: usize = 128 * 1024;

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    Start(i64),
    /// From where stdin stands.
    Here(i64),
    End(i64),
}

/// A file being read.
pub struct Input {
    pub file: File,
    /// What messages call it.
    pub name: String,
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
        let file = named.map_or_else(sys::stdin, File::open);
        let file = file.with_context(|| name.clone())?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            bail!("{name}: is a directory");
        }
        Ok(Self {
            file,
            name,
            left: u64::MAX,
            chunk: vec![0; CHUNK_BYTES],
        })
    }

    /// Reads at most `bytes` bytes from here on.
    pub fn limit(&mut self, bytes: u64) {
        self.left = bytes;
    }

    /// Goes to the start, if that can be.
    pub fn rewind(&mut self) {
        // A pipe stands at its start.
        let _ = self.file.rewind();
    }

    /// Goes to where reading begins and returns how far from the start that is. What cannot be skipped is read.
    pub fn skip(&mut self, seek: Seek) -> Result<u64> {
        let sought = match seek {
            Seek::Start(bytes) => self.file.seek(SeekFrom::Start(bytes.unsigned_abs())),
            Seek::Here(bytes) => self.file.seek(SeekFrom::Current(bytes)),
            Seek::End(bytes) => self.file.seek(SeekFrom::End(bytes)),
        };
        // A device may say that it was moved, and was not.
        let is_there =
            |place: &u64| !matches!(seek, Seek::Start(at) if at.unsigned_abs() != *place);
        if let Some(place) = sought.ok().filter(is_there) {
            return Ok(place);
        }
        let name = &self.name;
        let wanted = match seek {
            Seek::Start(bytes) | Seek::Here(bytes) if bytes >= 0 => bytes.unsigned_abs(),
            Seek::Start(bytes) | Seek::Here(bytes) | Seek::End(bytes) => {
                let bytes = bytes.unsigned_abs();
                bail!(
                    "{name}: cannot begin {bytes} bytes before the end: it is shorter, or is no file"
                )
            }
        };
        let skipped = io::copy(&mut (&self.file).take(wanted), &mut io::sink());
        let skipped = skipped.with_context(|| name.clone())?;
        ensure!(
            skipped == wanted,
            "{name}: cannot begin at {wanted}: it has {skipped} bytes"
        );
        Ok(wanted)
    }

    /// Reads the next bytes, as many as are there at once; none at the end.
    pub fn next(&mut self) -> Result<Option<&[u8]>> {
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = self.chunk.len().min(limit);
        loop {
            match self.file.read(&mut self.chunk[..room]) {
                Ok(bytes) => {
                    self.left -= bytes as u64;
                    return Ok((bytes > 0).then(|| &self.chunk[..bytes]));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).with_context(|| self.name.clone()),
            }
        }
    }
}
