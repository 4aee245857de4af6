//! A file that is there whole or not at all.
//!
//! When a Node pipeline fails, the half-written file is yours to remove. [`AtomicFile`] writes under a
//! temporary name in the same folder and takes its real name only in [`AtomicFile::commit`]; dropped
//! before that, it is gone.

use std::fs::{File, FileTimes, Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::Error;

/// A file being written.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    overwrite: bool,
    like: Option<CopiedAttributes>,
    written: Written,
}

#[derive(Debug)]
enum Written {
    Temporary(NamedTempFile),
    /// A device or a pipe cannot be replaced by a file of its name: it is written to as it goes.
    InPlace(File),
}

impl AtomicFile {
    /// Starts the file that will be at `path`; an existing one is replaced on commit if `overwrite`.
    ///
    /// It will have the permissions and times of `like`, if there is one; until then nobody else may read it.
    /// A symbolic link to be overwritten stays, and the file that it leads to is replaced.
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
    /// let file = streams::AtomicFile::create(&path, false, None)?;
    /// write!(file.handle()?, "all of it")?;
    /// assert!(!path.exists());
    /// file.commit()?;
    /// assert_eq!(std::fs::read(&path)?, b"all of it");
    /// # Ok(()) }
    /// ```
    pub fn create(
        path: impl AsRef<Path>,
        overwrite: bool,
        like: Option<&Metadata>,
    ) -> Result<Self, Error> {
        let mut path = path.as_ref().to_owned();
        // As `cp` does: the link stays, and what it leads to is replaced.
        if overwrite && let Ok(target) = std::fs::canonicalize(&path) {
            path = target;
        }
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
            _ => {
                Written::Temporary(temp_file_next_to(&path, like.is_some()).map_err(Error::Write)?)
            }
        };
        Ok(Self {
            path,
            overwrite,
            like: like.map(CopiedAttributes::of),
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

    /// Gives the file its name.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if somebody else made a file of that name meanwhile and it is not to be
    /// overwritten; otherwise [`Error::Write`]. In every case nothing is left behind.
    pub fn commit(self) -> Result<(), Error> {
        self.finish().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists,
            _ => Error::Write(error),
        })
    }

    fn finish(self) -> io::Result<()> {
        let Written::Temporary(file) = self.written else {
            return Ok(());
        };
        if let Some(like) = self.like {
            file.as_file().set_times(like.times)?;
            file.as_file().set_permissions(like.permissions)?;
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
            Written::Temporary(file) => file.as_file(),
            Written::InPlace(file) => file,
        }
    }
}

/// A temporary file in the folder of `path`: a rename cannot cross file systems.
fn temp_file_next_to(path: &Path, private: bool) -> io::Result<NamedTempFile> {
    let parent = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    std::fs::metadata(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".streams-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What any new file gets, of which the umask takes its part; or what will be like a file that may be secret.
        let mode = if private { 0o600 } else { 0o666 };
        builder.permissions(Permissions::from_mode(mode));
    }
    // tempfile's own errors name the temporary file, which nobody has asked for, and keep only the kind.
    builder
        .tempfile_in(folder)
        .map_err(|error| error.kind().into())
}

/// What a file takes over from another.
#[derive(Debug)]
struct CopiedAttributes {
    permissions: Permissions,
    times: FileTimes,
}

impl CopiedAttributes {
    fn of(metadata: &Metadata) -> Self {
        let times = FileTimes::new();
        let times = metadata
            .modified()
            .map_or(times, |time| times.set_modified(time));
        let times = metadata
            .accessed()
            .map_or(times, |time| times.set_accessed(time));
        Self {
            permissions: without_set_id(metadata),
            times,
        }
    }
}

/// The permissions of a file, but for the bits that would let others run the new one as its owner.
fn without_set_id(like: &Metadata) -> Permissions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Permissions::from_mode(like.permissions().mode() & 0o777)
    }
    #[cfg(not(unix))]
    like.permissions()
}
