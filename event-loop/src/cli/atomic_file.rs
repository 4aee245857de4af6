//! A file that is there whole or not at all: written beside its place, then put into it.
//!
//! What is no regular file, such as a pipe, is written to as it is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

/// A file that is being written. Dropping it leaves what was there before.
pub struct AtomicFile {
    file: File,
    /// Where it is until it is whole, and its place.
    move_to: Option<(TempPath, PathBuf)>,
}

impl AtomicFile {
    /// Makes sure that a file can be written at `path`. What is there stays until [`finish`](Self::finish).
    pub fn open(path: &Path) -> io::Result<Self> {
        let Ok(there) = fs::metadata(path) else {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io::Error::other("a link that leads nowhere"));
            }
            return Self::beside(path.to_owned());
        };
        // Neither made nor cut: this asks whether it may be written.
        let file = File::options().write(true).open(path)?;
        if !there.is_file() {
            let move_to = None;
            return Ok(Self { file, move_to });
        }
        // The administrator may write to it all the same, but has hardly meant to.
        if there.permissions().readonly() {
            let refused = io::ErrorKind::PermissionDenied;
            return Err(io::Error::new(refused, "the file is read-only"));
        }
        // A link stays one.
        let beside = Self::beside(fs::canonicalize(path)?)?;
        beside.file.set_permissions(there.permissions())?;
        Ok(beside)
    }

    /// Makes a temporary file next to `path`.
    fn beside(path: PathBuf) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        // The umask takes from its mode what it takes from any new file.
        let make = |path: &Path| File::options().write(true).create_new(true).open(path);
        let made = builder.prefix(".event-loop-").make_in(folder, make)?;
        let (file, temporary) = made.into_parts();
        let move_to = Some((temporary, path));
        Ok(Self { file, move_to })
    }

    /// Returns what to write to, on another thread if need be.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Puts the file into its place.
    pub fn finish(self) -> io::Result<()> {
        let Some((temporary, path)) = self.move_to else {
            return Ok(());
        };
        temporary.persist(path).map_err(|refused| refused.error)
    }
}
