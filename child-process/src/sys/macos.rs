//! macOS: the end of a child through a kqueue. Descendants are not looked for.

use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::timespec;
use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
use nix::unistd::Pid;
use tokio::net::unix::pipe;

use super::Options;

/// The flag of `posix_spawn`, which nix does not name.
pub const SETSID: i32 = 0x400;

/// Becomes readable when the child `pid`, which has not been reaped, has ended.
pub fn exit_watch(pid: Pid) -> io::Result<pipe::Receiver> {
    let queue = Kqueue::new()?;
    let ident = usize::try_from(pid.as_raw()).unwrap_or_default();
    let (filter, flags) = (
        EventFilter::EVFILT_PROC,
        EvFlags::EV_ADD | EvFlags::EV_CLEAR,
    );
    let exit = KEvent::new(ident, filter, flags, FilterFlag::NOTE_EXIT, 0, 0);
    let at_once = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let watched: OwnedFd = match queue.kevent(&[exit], &mut [], Some(at_once)) {
        Ok(_) => queue.into(),
        // It has ended already: a pipe at its end is readable as well.
        Err(Errno::ESRCH) => io::pipe()?.0.into(),
        Err(error) => return Err(error.into()),
    };
    // What tokio takes for a pipe may be anything that can be polled; its AsyncFd would be `unsafe`.
    pipe::Receiver::from_owned_fd_unchecked(watched)
}

/// Calls `start`; another user or group is refused.
pub fn as_user(
    options: &Options,
    start: impl FnOnce() -> Result<Pid, Errno>,
) -> Result<Pid, Errno> {
    match options.uid.or(options.gid) {
        None => start(),
        Some(_) => Err(Errno::ENOTSUP),
    }
}

/// Leaves the pipe as it is: macOS makes it larger by itself.
pub fn enlarge_pipe(_pipe: &pipe::Receiver) {}

/// Returns no processes.
pub fn descendants(_pid: Pid) -> Vec<Pid> {
    Vec::new()
}
