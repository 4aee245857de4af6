//! The calls of [`super::AtomicFile`] and [`super::copy_file`] that differ between systems.

use std::fs::{File, Metadata, Permissions};
use std::io;
use std::path::Path;

use tempfile::Builder;

/// The owner and the rights of a file, as far as the system has them.
#[derive(Debug)]
pub(super) struct Access {
    #[cfg(unix)]
    owner: u32,
    #[cfg(unix)]
    group: u32,
    permissions: Permissions,
}

#[cfg(unix)]
impl Access {
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            owner: metadata.uid(),
            group: metadata.gid(),
            permissions: metadata.permissions(),
        }
    }

    /// Gives `file` this owner and group, then the mode: without the group, no more than the group and all others had.
    pub(super) fn give_to(self, file: &File) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

        // Only root may give a file away, and others only to a group of theirs.
        let kept = fchown(file, Some(self.owner), Some(self.group)).is_ok()
            || fchown(file, None, Some(self.group)).is_ok()
            || file.metadata()?.gid() == self.group;
        // The set-id bits would let others run the copy as its owner.
        let mut mode = self.permissions.mode() & 0o777;
        if !kept {
            // Old members of the group are others now, and others may be members of the new one.
            let both = mode >> 3 & mode & 0o7;
            mode = mode & 0o700 | both << 3 | both;
        }
        file.set_permissions(Permissions::from_mode(mode))
    }
}

#[cfg(not(unix))]
impl Access {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            permissions: metadata.permissions(),
        }
    }

    pub(super) fn give_to(self, file: &File) -> io::Result<()> {
        file.set_permissions(self.permissions)
    }
}

/// Sets who may read a new temporary file: its owner, or everyone that the umask lets.
#[cfg_attr(
    not(unix),
    expect(
        unused_variables,
        reason = "new files inherit the rights of their folder"
    )
)]
pub(super) fn new_file_mode(builder: &mut Builder<'_, '_>, is_private: bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if is_private { 0o600 } else { 0o666 };
        builder.permissions(Permissions::from_mode(mode));
    }
}

/// Writes to the disk that the files of `folder` have the names that they have now.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows has no such call; NTFS keeps a journal of names.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Copies at most `max_bytes` inside of the kernel; `None` if that is not possible here.
#[cfg(target_os = "linux")]
pub(super) fn copy_in_kernel(
    from: &File,
    to: &File,
    max_bytes: usize,
) -> io::Result<Option<usize>> {
    use rustix::fs::copy_file_range;
    use rustix::io::Errno;

    match copy_file_range(from, None, to, None, max_bytes) {
        Ok(bytes) if bytes > 0 => Ok(Some(bytes)),
        Err(Errno::INTR) => copy_in_kernel(from, to, max_bytes),
        Err(full @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(full.into()),
        // Other file systems, devices, pipes, files in /proc that claim to be empty.
        _ => Ok(None),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn copy_in_kernel(_: &File, _: &File, _: usize) -> io::Result<Option<usize>> {
    Ok(None)
}
