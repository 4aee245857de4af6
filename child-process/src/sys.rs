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
use std::thread;

use nix::errno::Errno;
use nix::unistd::Pid;
use rustix::process::{WaitId, WaitIdOptions, waitid};

use crate::Exit;

/// Returns the descriptor, moved if its number is `highest` or lower: there the child's own descriptors come.
pub fn move_above(fd: OwnedFd, highest: RawFd) -> io::Result<OwnedFd> {
    if fd.as_raw_fd() > highest {
        return Ok(fd);
    }
    Ok(rustix::io::fcntl_dupfd_cloexec(&fd, highest + 1)?)
}

/// Waits for the child `pid` as `options` say, and returns how it ended. nix would fail on signals that have no name.
pub fn wait(pid: Pid, options: WaitIdOptions) -> io::Result<Option<Exit>> {
    let pid = rustix::process::Pid::from_raw(pid.as_raw()).ok_or(Errno::ESRCH)?;
    let ended = waitid(WaitId::Pid(pid), options | WaitIdOptions::EXITED)?;
    Ok(ended.map(|status| match status.exit_status() {
        Some(code) => Exit::Code(code),
        None => Exit::Signal(status.terminating_signal().unwrap_or_default()),
    }))
}

/// Returns what a thread has returned, or goes on with its panic.
pub fn unwind<T>(joined: thread::Result<T>) -> T {
    joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
