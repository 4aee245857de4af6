//! What differs between systems, and the system calls that neither std nor nix makes safe.

mod start;
#[cfg_attr(target_os = "linux", path = "sys/linux.rs")]
#[cfg_attr(target_os = "macos", path = "sys/macos.rs")]
mod system;

#[cfg(not(unix))]
compile_error!("child-process is for Unix: signals and process groups are what it is about");

pub use start::{Group, Options, start};
pub use system::{descendants, enlarge_pipe, exited};

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

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
pub fn reap(pid: Pid) -> io::Result<Option<Exit>> {
    let pid = rustix::process::Pid::from_raw(pid.as_raw());
    let reaped = waitpid(pid, WaitOptions::NOHANG)?;
    Ok(reaped.map(|(_, status)| match status.exit_status() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.terminating_signal().unwrap_or_default()),
    }))
}
