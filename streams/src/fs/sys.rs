//! The calls of [`super::AtomicFile`] and [`super::copy_file`] that differ between systems.

use std::fs::{File, Metadata};
use std::io;
#[cfg(unix)]
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use tempfile::Builder;

/// Gives `to` the owner and group of `from`, then the mode: without the group, no more than the group and all others had.
#[cfg(unix)]
pub(super) fn copy_access(from: &Metadata, to: &File) -> io::Result<()> {
    // Only root may give a file away, and others only to a group of theirs.
    let keeps_group = fchown(to, Some(from.uid()), Some(from.gid())).is_ok()
        || fchown(to, None, Some(from.gid())).is_ok()
        || to.metadata()?.gid() == from.gid();
    // The set-id bits would let others run the copy as its owner.
    let mut mode = from.mode() & 0o777;
    if !keeps_group {
        // Old members of the group are others now, and others may be members of the new one.
        let both = mode >> 3 & mode & 0o7;
        mode = mode & 0o700 | both << 3 | both;
    }
    to.set_permissions(PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn copy_access(from: &Metadata, to: &File) -> io::Result<()> {
    to.set_permissions(from.permissions())
}

/// Sets who may read a new temporary file, as far as the umask lets them.
pub(super) fn new_file_mode(builder: &mut Builder<'_, '_>, mode: u32) {
    #[cfg(unix)]
    builder.permissions(PermissionsExt::from_mode(mode));
    // New files inherit the rights of their folder.
    #[cfg(not(unix))]
    let _ = (builder, mode);
}

/// Writes to the disk that the files of `folder` have the names that they have now.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Windows has no such call; NTFS keeps a journal of names.
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Returns how long the hole at the position of `from` is, and the data after it, which may reach further than the file.
///
/// Pipes, and file systems that know no holes, have data only.
#[cfg(target_os = "linux")]
pub(super) fn hole_and_data(mut from: &File) -> io::Result<(u64, u64)> {
    use rustix::fs::{SeekFrom, seek};
    use std::io::Seek;

    let Ok(start) = from.stream_position() else {
        return Ok((0, u64::MAX));
    };
    let len = from.metadata()?.len();
    let data = match seek(from, SeekFrom::Data(start)) {
        Ok(data) => data,
        // There is no more data, or there is no such file system.
        Err(rustix::io::Errno::NXIO) => len.max(start),
        Err(_) => start,
    };
    let hole = seek(from, SeekFrom::Hole(data)).unwrap_or(u64::MAX);
    from.seek(io::SeekFrom::Start(start))?;
    // The file may grow meanwhile, and some in /proc claim to be empty.
    let end = if hole < len { hole } else { u64::MAX };
    Ok((data - start, end - data))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn hole_and_data(_: &File) -> io::Result<(u64, u64)> {
    Ok((0, u64::MAX))
}
