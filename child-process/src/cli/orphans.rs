//! What a command of `run` leaves: on Linux this process is made a subreaper, to which orphans come, new sessions too.
//!
//! So a limit ends them as well. Here, and not in the library, where other children's orphans would come too.

use std::convert::Infallible;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;
use rustix::process::{WaitId, WaitIdOptions, waitid};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

/// From one look at the orphans that are left to the next.
const PAUSE: Duration = Duration::from_millis(10);

/// Reaps the orphans that come to this process, for ever; `child` is not one.
pub async fn reap_all(child: u32) -> Infallible {
    if let Ok(mut ended) = signal(SignalKind::child()) {
        while ended.recv().await.is_some() {
            orphans(child);
        }
    }
    std::future::pending().await
}

/// Sends `signal` to the orphans; those that are left after `grace` are killed, until none is left that can be.
pub async fn end_all(child: u32, signal: Signal, grace: Duration) {
    let began = Instant::now();
    let mut left = orphans(child);
    for orphan in &left {
        let _ = kill(*orphan, signal);
    }
    while !left.is_empty() {
        sleep(PAUSE).await;
        left = orphans(child);
        if began.elapsed() >= grace {
            left.retain(|orphan| kill(*orphan, Signal::SIGKILL).is_ok());
        }
    }
}

/// Kills the orphans at once.
pub fn kill_all(child: u32) {
    for orphan in orphans(child) {
        let _ = kill(orphan, Signal::SIGKILL);
    }
}

/// Waits until `child` has ended, reaped or not.
pub async fn ended(child: u32) {
    while is_running(child) {
        sleep(PAUSE).await;
    }
}

/// Returns whether `child` has not ended.
pub fn is_running(child: u32) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let child = rustix::process::Pid::from_raw(child.cast_signed());
    child.is_some_and(|child| matches!(waitid(WaitId::Pid(child), options), Ok(None)))
}

/// Returns the children of the main thread of `pid`.
pub fn children(pid: Pid) -> impl Iterator<Item = Pid> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let list = list.unwrap_or_default();
    let pids: Vec<_> = list.split_whitespace().flat_map(str::parse).collect();
    pids.into_iter().map(Pid::from_raw)
}

/// Reaps the orphans that have ended and returns the others. The children of those come here when they are killed.
fn orphans(child: u32) -> Vec<Pid> {
    children(Pid::this())
        .filter(|pid| pid.as_raw() != child.cast_signed())
        .filter(|orphan| {
            let status = waitpid(*orphan, Some(WaitPidFlag::WNOHANG));
            status.is_ok_and(|status| status.pid().is_none())
        })
        .collect()
}
