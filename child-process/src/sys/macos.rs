//! macOS: the end of a child through a kqueue. It has no subreapers, and descendants are not looked for.

use std::io;
use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::libc::timespec;
use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe;

/// Becomes readable when the child `pid`, which has not been reaped, has ended.
pub fn exit_watch(pid: Pid) -> io::Result<AsyncFd<OwnedFd>> {
    let queue = Kqueue::new()?;
    let ident = usize::try_from(pid.as_raw()).unwrap_or_default();
    let flags = EvFlags::EV_ADD | EvFlags::EV_CLEAR;
    let event = KEvent::new(
        ident,
        EventFilter::EVFILT_PROC,
        flags,
        FilterFlag::NOTE_EXIT,
        0,
        0,
    );
    match queue.kevent(
        &[event],
        &mut [],
        Some(timespec {
            tv_sec: 0,
            tv_nsec: 0,
        }),
    ) {
        Ok(_) => super::watch(queue, Interest::READABLE),
        // It has ended already: a pipe at its end is readable as well.
        Err(Errno::ESRCH) => super::watch(io::pipe()?.0, Interest::READABLE),
        Err(error) => Err(error.into()),
    }
}

/// Calls `start`; another user or group is refused.
pub fn as_user<T>(
    uid: Option<u32>,
    gid: Option<u32>,
    start: impl FnOnce() -> Result<T, Errno>,
) -> Result<T, Errno> {
    if uid.or(gid).is_some() {
        Err(Errno::ENOTSUP)
    } else {
        start()
    }
}

/// Leaves the pipe as it is: macOS makes it larger by itself.
pub fn enlarge_pipe(_pipe: &pipe::Receiver) {}

/// Returns no processes.
pub fn descendants(_pid: Pid) -> Vec<Pid> {
    Vec::new()
}
