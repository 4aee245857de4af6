//! The file with the number of the primary's process, for scripts: `kill -HUP $(cat cluster.pid)`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, getpid, getppid};
use tempfile::Builder;

/// A file that is there as long as this is.
pub struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// Writes it at once, unless it is still that of the primary which this one replaces.
    ///
    /// # Errors
    ///
    /// Another process has it, or it cannot be written.
    pub fn new(path: PathBuf) -> anyhow::Result<Self> {
        let file = Self { path };
        match file.owner() {
            Some(owner) if clustering::is_upgrade() && owner == getppid() => {}
            Some(owner) if owner != getpid() && is_alive(owner) => {
                bail!("{} belongs to process {owner}", file.path.display());
            }
            _ => file.write()?,
        }
        Ok(file)
    }

    /// Writes it in one go: a reader finds a whole number or nothing.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn write(&self) -> anyhow::Result<()> {
        persist(&self.path).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Leaves the file to the primary that replaces this one, which may be about to write it.
    pub fn leave(self) {
        std::mem::forget(self);
    }

    fn owner(&self) -> Option<Pid> {
        let text = fs::read_to_string(&self.path).ok()?;
        Some(Pid::from_raw(
            text.trim().parse().ok().filter(|pid| *pid > 0)?,
        ))
    }
}

fn is_alive(pid: Pid) -> bool {
    kill(pid, None) != Err(Errno::ESRCH)
}

fn persist(path: &Path) -> anyhow::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let mut file = Builder::new()
        .permissions(readable)
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    writeln!(file, "{}", getpid())?;
    // The other error says the same again.
    file.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // The next primary may be running already, with this file.
        if self.owner() == Some(getpid()) {
            // Nothing depends on it any more.
            let _ = fs::remove_file(&self.path);
        }
    }
}
