//! What is read: a file or stdin, all of it or a part, in chunks.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::sys;

/// Large enough that calls do not count, small enough for a cache.
pub const CHUNK_BYTES: usize = 128 * 1024;

/// A file being read.
pub struct Input {
    pub file: File,
    /// What messages call it.
    pub name: String,
    /// How many bytes may be read from here on.
    pub left: u64,
    chunk: Vec<u8>,
    /// Where what has been read into the chunk ends.
    end: usize,
}

impl Input {
    /// Opens the file at `path`; `-` and nothing are stdin.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let named = path.filter(|path| *path != Path::new("-"));
        let name = named.map_or("stdin".into(), Path::to_string_lossy);
        let name: String = name.escape_debug().collect();
        let file = named.map_or_else(sys::stdin, File::open);
        // Windows opens no directory.
        if named.is_some_and(Path::is_dir) {
            bail!("{name}: is a directory");
        }
        let file = file.with_context(|| name.clone())?;
        Ok(Self {
            file,
            name,
            left: u64::MAX,
            chunk: vec![0; CHUNK_BYTES],
            end: 0,
        })
    }

    /// Goes to where reading begins and returns how far from the start that is. What cannot be skipped is read.
    pub fn skip(&mut self, seek: SeekFrom) -> Result<u64> {
        let sought = self.file.seek(seek).ok();
        // A device may say that it was moved, and was not.
        let is_there = |place: &u64| !matches!(seek, SeekFrom::Start(start) if start != *place);
        if let Some(place) = sought.filter(is_there) {
            return Ok(place);
        }
        let name = &self.name;
        let wanted = match seek {
            SeekFrom::Start(bytes) => bytes,
            SeekFrom::Current(bytes) if bytes >= 0 => bytes.unsigned_abs(),
            SeekFrom::Current(bytes) | SeekFrom::End(bytes) => bail!(
                "{name}: cannot begin {} bytes before the end: it is shorter, or is no file",
                bytes.unsigned_abs()
            ),
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
        let chunk = self.next_after(0)?;
        Ok((!chunk.is_empty()).then_some(chunk))
    }

    /// Reads the next bytes and returns them after the last `carry` of those before; at the end, these alone.
    pub fn next_after(&mut self, carry: usize) -> Result<&mut [u8]> {
        self.chunk.copy_within(self.end - carry..self.end, 0);
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let end = self.chunk.len().min(carry.saturating_add(limit));
        loop {
            match self.file.read(&mut self.chunk[carry..end]) {
                Ok(bytes) => {
                    self.left -= bytes as u64;
                    self.end = carry + bytes;
                    return Ok(&mut self.chunk[..self.end]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).with_context(|| self.name.clone()),
            }
        }
    }
}
