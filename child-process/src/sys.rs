//! The system calls that neither std nor nix makes safe, and with them all `unsafe` of this crate.

#[cfg(target_os = "linux")]
#[path = "sys/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "sys/macos.rs"]
mod system;

mod start;

pub use start::{Group, Options, start};
pub use system::{descendants, enlarge_pipe, exit_watch};

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Waits for one kind of readiness of a descriptor, and is not woken by the other.
pub fn watch<T: Into<OwnedFd>>(fd: T, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(
        unsafe_code,
        reason = "tokio cannot know that a type keeps its descriptor"
    )]
    // SAFETY: an OwnedFd is open, stays open as long as it lives, and always answers with the same number.
    let watched = unsafe { AsyncFd::register_with_interest(fd.into(), interest) };
    watched.map_err(io::Error::from)
}

/// Returns the descriptor, moved if its number is `highest` or lower: there the child's own descriptors come.
pub fn move_above(fd: OwnedFd, highest: RawFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() > highest {
        return Ok(fd);
    }
    let moved = fcntl(&fd, FcntlArg::F_DUPFD_CLOEXEC(highest + 1))?;
    #[expect(unsafe_code, reason = "nix gives a number")]
    // SAFETY: the call has just made this descriptor, so that nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(moved) })
}

/// Takes over a descriptor that the parent of this process has named.
///
/// # Safety
///
/// The descriptor is open, and nothing else in this process owns it or will.
#[cfg(feature = "ipc")]
#[expect(unsafe_code, reason = "an inherited descriptor is a number")]
pub unsafe fn from_inherited_fd(fd: RawFd) -> OwnedFd {
    // SAFETY: the caller's promise.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Reaps the child `pid` if it has ended, and returns how.
pub fn reap(pid: Pid) -> Result<Option<ExitStatus>, Errno> {
    let mut status = 0;
    #[expect(
        unsafe_code,
        reason = "nix's waitpid fails on signals that have no name, with the child reaped"
    )]
    // SAFETY: the status is ours to be written.
    let reaped =
        Errno::result(unsafe { libc::waitpid(pid.as_raw(), &raw mut status, libc::WNOHANG) })?;
    Ok((reaped != 0).then(|| ExitStatus::from_raw(status)))
}
