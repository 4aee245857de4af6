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

/// Skips the hole at the position of `from`, in `to` as well, and returns its length; 0 if there is none.
///
/// Only at the end of `to`: what stood in its place would stay.
#[cfg(target_os = "linux")]
pub(super) fn skip_hole(mut from: &File, mut to: &File) -> io::Result<u64> {
    use rustix::fs::{SeekFrom, seek};
    use std::io::Seek;

    // Pipes have no position, and nothing to skip.
    let (Ok(start), Ok(end)) = (from.stream_position(), to.stream_position()) else {
        return Ok(0);
    };
    let len = from.metadata()?.len();
    let written = to.metadata()?;
    if start >= len || !written.is_file() || written.len() > end {
        return Ok(0);
    }
    // There is no more data if this fails, or the file system knows no holes and says where we are.
    let data = match seek(from, SeekFrom::Data(start)) {
        Ok(data) => data,
        Err(rustix::io::Errno::NXIO) => len,
        Err(_) => start,
    };
    from.seek(io::SeekFrom::Start(data))?;
    if data > start {
        to.set_len(end + data - start)?;
        to.seek(io::SeekFrom::End(0))?;
    }
    Ok(data - start)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn skip_hole(_: &File, _: &File) -> io::Result<u64> {
    Ok(0)
}

/// Copies at most `max_bytes`, and no further than to the next hole, inside of the kernel; `None` if that is not possible here.
#[cfg(target_os = "linux")]
pub(super) fn copy_in_kernel(
    mut from: &File,
    to: &File,
    max_bytes: usize,
) -> io::Result<Option<usize>> {
    use rustix::fs::{SeekFrom, copy_file_range, seek};
    use rustix::io::Errno;
    use std::io::Seek;

    let mut bytes = max_bytes;
    if let Ok(start) = from.stream_position()
        && let Ok(hole) = seek(from, SeekFrom::Hole(start))
    {
        from.seek(io::SeekFrom::Start(start))?;
        bytes = bytes
            .min(usize::try_from(hole - start).unwrap_or(bytes))
            .max(1);
    }
    match copy_file_range(from, None, to, None, bytes) {
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
