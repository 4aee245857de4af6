//! macOS: the end of a child through SIGCHLD, as tokio's own processes. Descendants are not looked for.

use std::io;

use nix::errno::Errno;
use nix::unistd::Pid;
use rustix::process::WaitIdOptions;
use tokio::net::unix::pipe;
use tokio::signal::unix::{SignalKind, signal};

use super::Options;

/// The flag of `posix_spawn`, which nix does not name.
pub const SETSID: i32 = 0x400;

/// Waits until the child `pid`, which has not been reaped, has ended.
pub async fn exited(pid: Pid) -> io::Result<()> {
    // Before the first look, so that no end is missed.
    let mut ended = signal(SignalKind::child())?;
    while super::wait(pid, WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT)?.is_none() {
        ended.recv().await;
    }
    Ok(())
}

/// Refuses another user or group.
pub fn as_user(_: &Options, _: impl FnOnce() -> Result<Pid, Errno>) -> Result<Pid, Errno> {
    Err(Errno::ENOTSUP)
}

/// Leaves the pipe as it is: macOS makes it larger by itself.
pub fn enlarge_pipe(_pipe: &pipe::Receiver) {}

/// Returns no processes.
pub fn descendants(_pid: Pid) -> Vec<Pid> {
    Vec::new()
}
