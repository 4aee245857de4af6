//! What differs between systems, and the system calls that neither std nor nix makes safe.

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
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::unistd::Pid;
use rustix::process::{WaitOptions, waitpid};

use crate::Exit;

/// Returns the descriptor, moved if its number is `highest` or lower: there the child's own descriptors come.
pub fn move_above(fd: OwnedFd, highest: RawFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() > highest {
        return Ok(fd);
    }
    Ok(rustix::io::fcntl_dupfd_cloexec(&fd, highest + 1)?)
}

/// Reaps the child `pid` if it has ended, and returns how. nix would fail on signals that have no name.
pub fn reap(pid: Pid) -> Result<Option<Exit>, Errno> {
    let pid = rustix::process::Pid::from_raw(pid.as_raw());
    let reaped = waitpid(pid, WaitOptions::NOHANG);
    let reaped = reaped.map_err(|error| Errno::from_raw(error.raw_os_error()))?;
    Ok(reaped.map(|(_, status)| match status.exit_status() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.terminating_signal().unwrap_or_default()),
    }))
}
