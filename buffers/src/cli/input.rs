//! What is read: a file or stdin, all of it or a part, in chunks.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::sys;

/// Large enough that calls do not count, small enough for a cache.
pub const CHUNK_BYTES: usize = 128 * 1024;

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    Start(u64),
    /// From where stdin stands.
    Here(i64),
    End(u64),
}

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

    /// Returns what messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads at most so many bytes.
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
        let (place, distance) = match seek {
            Seek::Start(bytes) => (
                SeekFrom::Start(bytes.min(i64::MAX as u64)),
                i128::from(bytes),
            ),
            Seek::Here(bytes) => (SeekFrom::Current(bytes), bytes.into()),
            Seek::End(bytes) => {
                let back = 0_i64.saturating_sub_unsigned(bytes);
                (SeekFrom::End(back), i128::from(back).min(-1))
            }
        };
        match self.file.seek(place) {
            // A device may say that it was moved, and was not.
            Ok(place) if !matches!(seek, Seek::Start(bytes) if bytes != place) => {
                self.expect_bytes_before(place)?;
                Ok(place)
            }
            _ if distance < 0 => bail!(
                "{}: cannot begin {} bytes before the end: it is shorter, or is no file",
                self.name,
                distance.unsigned_abs()
            ),
            _ => {
                let bytes = distance as u64;
                let skipped = io::copy(&mut (&self.file).take(bytes), &mut io::sink());
                let skipped = skipped.with_context(|| self.name.clone())?;
                if skipped < bytes {
                    return self.past_the_end(bytes, skipped);
                }
                Ok(skipped)
            }
        }
    }

    /// Refuses a place after the end. Only reading tells: files in `/proc` have a size of 0.
    fn expect_bytes_before(&mut self, place: u64) -> Result<()> {
        let is_file = self
            .file
            .metadata()
            .is_ok_and(|metadata| metadata.is_file());
        let Some(before) = place.checked_sub(1).filter(|_| is_file) else {
            return Ok(());
        };
        self.file
            .seek(SeekFrom::Start(before))
            .with_context(|| self.name.clone())?;
        // After this byte, the file stands where it should.
        let mut byte = (&self.file).take(1);
        if io::copy(&mut byte, &mut io::sink()).with_context(|| self.name.clone())? == 1 {
            return Ok(());
        }
        let len = match self.file.seek(SeekFrom::End(0)) {
            Ok(len) if len > 0 => len,
            _ => {
                self.rewind();
                io::copy(&mut self.file, &mut io::sink()).with_context(|| self.name.clone())?
            }
        };
        self.past_the_end(place, len).map(drop)
    }

    fn past_the_end(&self, place: u64, len: u64) -> Result<u64> {
        bail!("{}: cannot begin at {place}: it has {len} bytes", self.name)
    }

    /// Reads the next bytes, as many as are there at once; none at the end.
    pub fn next(&mut self) -> Result<&[u8]> {
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = self.chunk.len().min(limit);
        loop {
            match self.file.read(&mut self.chunk[..room]) {
                Ok(bytes) => {
                    self.left -= bytes as u64;
                    return Ok(&self.chunk[..bytes]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).with_context(|| self.name.clone()),
            }
        }
    }
}
