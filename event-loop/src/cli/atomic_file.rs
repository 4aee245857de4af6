//! A file that is there whole or not at all: written beside its place, then put into it.
//!
//! What is no regular file, such as a pipe, is written to as it is.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Where the file is written.
pub enum AtomicFile {
    /// Beside this path, until it is whole.
    Temporary(NamedTempFile, PathBuf),
    /// To where it belongs.
    InPlace(File),
}

impl AtomicFile {
    /// Makes sure that a file can be written at `path`. What is there stays until [`write`](Self::write) is done.
    pub fn open(path: &Path) -> io::Result<Self> {
        let Ok(there) = fs::metadata(path) else {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io::Error::other("a link that leads nowhere"));
            }
            return Ok(Self::Temporary(temp_file_next_to(path)?, path.to_owned()));
        };
        // Neither made nor cut: this asks whether it may be written.
        let file = File::options().write(true).open(path)?;
        if !there.is_file() {
            return Ok(Self::InPlace(file));
        }
        // The administrator may write to it all the same, but has hardly meant to.
        if there.permissions().readonly() {
            let refused = io::ErrorKind::PermissionDenied;
            return Err(io::Error::new(refused, "the file is read-only"));
        }
        // A link stays one.
        let path = fs::canonicalize(path)?;
        let file = temp_file_next_to(&path)?;
        fs::set_permissions(file.path(), there.permissions())?;
        Ok(Self::Temporary(file, path))
    }

    /// What is to be removed if it is not written to its end.
    pub fn temporary(&self) -> Option<&Path> {
        match self {
            Self::Temporary(file, _) => Some(file.path()),
            Self::InPlace(_) => None,
        }
    }

    /// Lets `content` write it. If that fails, what was there before is still there.
    pub fn write(
        self,
        content: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let fill = |file: &mut File| {
            let mut out = BufWriter::new(file);
            content(&mut out)?;
            out.flush()
        };
        match self {
            Self::InPlace(mut file) => fill(&mut file),
            Self::Temporary(mut file, path) => {
                fill(file.as_file_mut())?;
                let put = file.persist(path).map(drop);
                put.map_err(|refused| refused.error)
            }
        }
    }
}

fn temp_file_next_to(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // tempfile's own errors name the temporary file, which means nothing to the user: these are the system's.
    let code = Cell::new(None);
    let made = Builder::new()
        .prefix(".event-loop-")
        .make_in(folder, |path| {
            // The umask takes from its mode what it takes from any new file.
            let made = File::options().write(true).create_new(true).open(path);
            made.inspect_err(|error| code.set(error.raw_os_error()))
        });
    made.map_err(|error| match code.get() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    })
}
