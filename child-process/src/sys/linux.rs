//! Linux: the end of a child through a pidfd, its descendants through `/proc`.

use std::fs;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::prctl::{get_child_subreaper, get_dumpable, set_dumpable};
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::unix::pipe;

/// Four times what a pipe holds without asking, a quarter of what may be asked for.
const PIPE_BYTES: i32 = 256 * 1024;

/// Becomes readable when the child `pid`, which has not been reaped, has ended: `pidfd_open(2)`.
pub fn exit_watch(pid: Pid) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(unsafe_code, reason = "nix has no pidfd_open")]
    // SAFETY: the call takes two numbers and touches no memory of ours.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    #[expect(unsafe_code, reason = "the number has to be given an owner")]
    // SAFETY: the call has just made this descriptor, so that nothing else owns it; it fits, as descriptors do.
    let fd = unsafe { OwnedFd::from_raw_fd(fd as RawFd) };
    super::watch(fd, Interest::READABLE)
}

/// Calls `start` as another user or group, in a thread that becomes it: the system keeps these for each thread.
pub fn as_user<T: Send>(
    uid: Option<u32>,
    gid: Option<u32>,
    start: impl FnOnce() -> Result<T, Errno> + Send,
) -> Result<T, Errno> {
    if uid.is_none() && gid.is_none() {
        return start();
    }
    let become_user = || {
        #[expect(unsafe_code, reason = "libc's own functions change all threads")]
        let set = |call, [first, second, third]: [u32; 3]| {
            // SAFETY: the calls take numbers; of the list of groups, whose length is 0, nothing is read.
            Errno::result(unsafe { libc::syscall(call, first, second, third) })
        };
        // As Node: only root may, and others have no more groups than before.
        let _ = set(libc::SYS_setgroups, [0; 3]);
        if let Some(gid) = gid {
            set(libc::SYS_setresgid, [gid; 3])?;
        }
        if let Some(uid) = uid {
            set(libc::SYS_setresuid, [uid; 3])?;
        }
        start()
    };
    let dumpable = get_dumpable();
    let started = std::thread::scope(|scope| scope.spawn(become_user).join());
    // Changing the user has taken it from the whole process.
    let _ = dumpable.and_then(set_dumpable);
    started.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Makes the pipe hold more: fewer turns between writer and reader. If the system has no more to give, it stays as it is.
pub fn enlarge_pipe(pipe: &pipe::Receiver) {
    let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
}

/// Returns the living processes below `pid`; below this process if it is a subreaper, to which orphans come.
pub fn descendants(pid: Pid) -> Vec<Pid> {
    let is_subreaper = get_child_subreaper().unwrap_or(false);
    let mut found = vec![if is_subreaper { Pid::this() } else { pid }];
    let mut index = 0;
    while let Some(parent) = found.get(index).copied() {
        index += 1;
        let tasks = fs::read_dir(format!("/proc/{parent}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            let children = children
                .split_whitespace()
                .filter_map(|pid| pid.parse().ok());
            found.extend(children.map(Pid::from_raw));
        }
    }
    found.remove(0);
    found.retain(|pid| is_alive(*pid));
    found
}

/// Returns whether the process has not ended: a zombie only waits to be reaped.
fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name before the state may contain anything, parentheses too.
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.starts_with(['Z', 'X']) && !rest.is_empty())
}
