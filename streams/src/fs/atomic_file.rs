//! A file that is there whole or not at all.
//!
//! When a Node pipeline fails, the half-written file is yours to remove. [`AtomicFile`] writes under a
//! temporary name in the same folder and takes its real name only in [`AtomicFile::commit`]; dropped
//! before that, it is gone.

use std::fs::{File, FileTimes, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempPath};

use super::sys;
use crate::Error;

/// A file being written.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    overwrite: bool,
    /// The file whose attributes this one takes over.
    like: Option<Metadata>,
    /// What is written to.
    file: File,
    /// A device or a pipe has none: it cannot be replaced by a file of its name, and is written to as it goes.
    temporary: Option<TempPath>,
}

impl AtomicFile {
    /// Starts the file that will be at `path`; an existing one is replaced on commit if `overwrite`.
    ///
    /// It will have the owner, group, permissions and times of `like`, if there is one; until then only its
    /// owner may read it. A symbolic link to be overwritten stays, and the file that it leads to is replaced.
    /// A device, a pipe or a socket at `path` (`/dev/null`) is opened and written to directly.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] unless `overwrite`; [`Error::Write`] if no file can be made there.
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
        // As `cp` does: the link stays, and the file that it leads to is replaced.
        if overwrite && let Ok(target) = std::fs::canonicalize(&path) {
            path = target;
        }
        let opened = match std::fs::metadata(&path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                let opened = File::options().write(true).open(&path);
                opened.map(|file| (file, None))
            }
            // Early, to save the work; the rename decides.
            Ok(_) if !overwrite => return Err(Error::Exists),
            _ => temp_file_next_to(&path, like.is_some()).map(|(file, path)| (file, Some(path))),
        };
        let (file, temporary) = opened.map_err(Error::Write)?;
        Ok(Self {
            path,
            overwrite,
            like: like.cloned(),
            file,
            temporary,
        })
    }

    /// Returns a handle to write with; all handles share one position.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the process has no descriptors left.
    pub fn handle(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(Error::Write)
    }

    /// Gives the file its name.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if a file of that name was made meanwhile and must not be
    /// overwritten; otherwise [`Error::Write`]. In every case nothing is left behind.
    pub fn commit(self) -> Result<(), Error> {
        let Some(temporary) = self.temporary else {
            return Ok(());
        };
        if let Some(like) = self.like {
            copy_attributes(&like, &self.file).map_err(Error::Write)?;
        }
        let persisted = match self.overwrite {
            true => temporary.persist(&self.path),
            false => temporary.persist_noclobber(&self.path),
        };
        match persisted.map_err(|refused| refused.error) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Exists),
            Err(error) => Err(Error::Write(error)),
        }
    }

    /// Gives the file its name and returns when both are on the disk, so that its source may be removed.
    ///
    /// # Errors
    ///
    /// As [`AtomicFile::commit`]. If only the folder could not be written, the file has its name.
    pub fn commit_durably(self) -> Result<(), Error> {
        if self.temporary.is_none() {
            return self.commit();
        }
        self.file.sync_all().map_err(Error::Write)?;
        let folder = folder_of(&self.path).to_owned();
        self.commit()?;
        sys::sync_folder(&folder).map_err(Error::Write)
    }
}

/// Makes a temporary file in the folder of `path`: a rename cannot cross file systems.
fn temp_file_next_to(path: &Path, is_private: bool) -> io::Result<(File, TempPath)> {
    let folder = folder_of(path);
    std::fs::metadata(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".streams-");
    sys::new_file_mode(&mut builder, if is_private { 0o600 } else { 0o666 });
    // tempfile's own errors name the temporary file, which the user does not know, and keep only the kind.
    let made = builder.tempfile_in(folder).map(NamedTempFile::into_parts);
    made.map_err(|error| error.kind().into())
}

fn folder_of(path: &Path) -> &Path {
    let parent = path.parent();
    let parent = parent.filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// Owner and group come before the rights, which may have to be fewer then; the times come last.
fn copy_attributes(from: &Metadata, to: &File) -> io::Result<()> {
    sys::copy_access(from, to)?;
    let times = FileTimes::new().set_modified(from.modified()?);
    to.set_times(times.set_accessed(from.accessed()?))
}
