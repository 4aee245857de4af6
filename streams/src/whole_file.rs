//! A file that is there whole or not at all.
//!
//! When a Node pipeline fails, the half-written file is yours to remove. [`WholeFile`] writes under a
//! temporary name in the same folder and takes its real name only in [`WholeFile::commit`]; dropped
//! before that, it is gone.

use std::fs::{File, FileTimes, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::Error;

/// A file being written.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    overwrite: bool,
    written: Written,
}

#[derive(Debug)]
enum Written {
    Beside(NamedTempFile),
    /// A device or a pipe cannot be replaced by a file of its name: it is written to as it goes.
    InPlace(File),
}

impl WholeFile {
    /// Starts the file that will be at `path`; an existing one is replaced on commit if `overwrite`.
    ///
    /// A device, a pipe or a socket at `path` (`/dev/null`) is opened and written to directly.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] unless `overwrite`; [`Error::Write`] for whatever keeps a file from being made there.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn main() -> Result<(), streams::Error> {
    /// use std::io::Write;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let path = dir.path().join("report.txt");
    ///
    /// let file = streams::WholeFile::create(&path, false)?;
    /// write!(file.handle()?, "all of it")?;
    /// assert!(!path.exists());
    /// file.commit(None)?;
    /// assert_eq!(std::fs::read(&path)?, b"all of it");
    /// # Ok(()) }
    /// ```
    pub fn create(path: impl AsRef<Path>, overwrite: bool) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let written = match std::fs::metadata(&path) {
            Ok(there) if there.is_dir() => {
                return Err(Error::Write(io::ErrorKind::IsADirectory.into()));
            }
            Ok(there) if !there.is_file() => Written::InPlace(
                File::options()
                    .write(true)
                    .open(&path)
                    .map_err(Error::Write)?,
            ),
            // Early, to save the work; what decides is the rename.
            Ok(_) if !overwrite => return Err(Error::Exists),
            _ => Written::Beside(beside(&path).map_err(Error::Write)?),
        };
        Ok(Self {
            path,
            overwrite,
            written,
        })
    }

    /// A handle to write with; all handles share one position.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the process has no descriptors left.
    pub fn handle(&self) -> Result<File, Error> {
        self.file().try_clone().map_err(Error::Write)
    }

    /// Gives the file its name, with the permissions and times of `like` if there is one.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if somebody else made a file of that name meanwhile and it is not to be
    /// overwritten; otherwise [`Error::Write`]. In every case nothing is left behind.
    pub fn commit(self, like: Option<&Metadata>) -> Result<(), Error> {
        self.finish(like).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists,
            _ => Error::Write(error),
        })
    }

    fn finish(self, like: Option<&Metadata>) -> io::Result<()> {
        let Written::Beside(file) = self.written else {
            return Ok(());
        };
        if let Some(like) = like {
            let times = FileTimes::new()
                .set_modified(like.modified()?)
                .set_accessed(like.accessed()?);
            file.as_file().set_times(times)?;
            file.as_file().set_permissions(like.permissions())?;
        }
        let persisted = if self.overwrite {
            file.persist(&self.path)
        } else {
            file.persist_noclobber(&self.path)
        };
        persisted.map(drop).map_err(|refused| refused.error)
    }

    fn file(&self) -> &File {
        match &self.written {
            Written::Beside(file) => file.as_file(),
            Written::InPlace(file) => file,
        }
    }
}

/// A temporary file in the folder of `path`: a rename cannot cross file systems.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".streams-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets: the umask takes its part.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(unwrap_path)
}

/// tempfile wraps the error to add a path that nobody has asked for.
fn unwrap_path(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(_) => error,
        None => io::Error::from(error.kind()),
    }
}
