//! The few system calls that neither std nor nix makes safe, and with them all `unsafe` of this crate.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::libc;
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Becomes readable when the child `pid`, which has not been reaped, has ended: `pidfd_open(2)`.
pub fn exit_watch(pid: Pid) -> io::Result<AsyncFd<OwnedFd>> {
    watch(pidfd_open(pid)?, Interest::READABLE)
}

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

fn pidfd_open(pid: Pid) -> io::Result<OwnedFd> {
    #[expect(unsafe_code, reason = "nix has no pidfd_open")]
    // SAFETY: the call takes two numbers and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    #[expect(unsafe_code, reason = "the number has to be given an owner")]
    // SAFETY: the call has just made this descriptor, so that nobody else owns it; it fits, as descriptors do.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// Gives the child a session of its own. From here on, starting it copies this process: no way around `pre_exec`.
pub fn new_session(command: &mut Command) {
    let begin = || nix::unistd::setsid().map(drop).map_err(io::Error::from);
    #[expect(unsafe_code, reason = "std's own `setsid` is not stable")]
    // SAFETY: between fork and exec only what is async-signal-safe may be called; setsid(2) is, and no memory is allocated.
    unsafe {
        command.pre_exec(begin);
    }
}

/// Takes over a descriptor that the parent of this process has named.
///
/// The caller calls this once for a number, and only if the descriptor is open.
pub fn from_inherited_fd(fd: RawFd) -> OwnedFd {
    #[expect(unsafe_code, reason = "an inherited descriptor is a number")]
    // SAFETY: the parent left it open for this process and told so; that nobody else here takes it is the
    // caller's promise, kept in `fork::parent` by a flag.
    unsafe {
        OwnedFd::from_raw_fd(fd)
    }
}
