//! Linux: the end of a child through a pidfd, its descendants through `/proc`.

use std::fs;
use std::io;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::prctl::{get_dumpable, set_dumpable};
use nix::unistd::Pid;
use rustix::process::{self, PidfdFlags};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
use tokio::net::unix::pipe;

use super::Options;

/// Four times what a pipe holds without asking, a quarter of what may be asked for.
const PIPE_BYTES: i32 = 256 * 1024;

/// The flag of `posix_spawn`, which nix does not name.
pub const SETSID: i32 = 0x80;

/// Waits until the child `pid`, which has not been reaped, has ended.
pub async fn exited(pid: Pid) -> io::Result<()> {
    let pid = process::Pid::from_raw(pid.as_raw()).ok_or(Errno::ESRCH)?;
    let pidfd = process::pidfd_open(pid, PidfdFlags::empty())?;
    // What tokio takes for a pipe may be anything that can be polled; its AsyncFd would be `unsafe`.
    let exit_watch = pipe::Receiver::from_owned_fd_unchecked(pidfd)?;
    exit_watch.readable().await
}

/// Calls `start` as another user or group, in a thread that becomes it: the system keeps these for each thread.
pub fn as_user(
    options: &Options,
    start: impl FnOnce() -> Result<Pid, Errno> + Send,
) -> Result<Pid, Errno> {
    let become_user = || {
        // As Node: only root may, and others have no more groups than before.
        let _ = set_thread_groups(&[]);
        let (gid, uid) = (options.gid, options.uid);
        gid.map_or(Ok(()), |gid| set_thread_res_gid(gid, gid, gid))?;
        uid.map_or(Ok(()), |uid| set_thread_res_uid(uid, uid, uid))?;
        rustix::io::Result::Ok(start())
    };
    let dumpable = get_dumpable();
    let started = std::thread::scope(|scope| scope.spawn(become_user).join());
    // Changing the user has taken it from the whole process.
    let _ = dumpable.and_then(set_dumpable);
    super::unwind(started).unwrap_or_else(|error| Err(Errno::from_raw(error.raw_os_error())))
}

/// Makes the pipe hold more: fewer turns between writer and reader. If the system has no more to give, it stays as it is.
pub fn enlarge_pipe(pipe: &pipe::Receiver) {
    let _ = fcntl(pipe, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
}

/// Returns the processes below `pid`, without itself.
pub fn descendants(pid: Pid) -> Vec<Pid> {
    let (mut found, mut seen, mut next) = (Vec::new(), 0, Some(pid));
    while let Some(parent) = next {
        let tasks = fs::read_dir(format!("/proc/{parent}/task"));
        for task in tasks.into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            let children = children.split_whitespace().flat_map(str::parse);
            found.extend(children.map(Pid::from_raw));
        }
        next = found.get(seen).copied();
        seen += 1;
    }
    found
}
