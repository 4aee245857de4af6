//! What a command of `run` leaves: on Linux this process is made a subreaper, to which orphans come, new sessions too.
//!
//! So a limit ends them as well. Here, and not in the library, where other children's orphans would come too.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use rustix::process::{WaitId, WaitIdOptions, waitid};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

use super::message::say;

/// From one look at the orphans that are left to the next.
const PAUSE: Duration = Duration::from_millis(10);

/// Reaps the orphans that come to this process, for ever; `child` is not one.
pub async fn reap_all(child: u32) -> Infallible {
    if let Ok(mut ended) = signal(SignalKind::child()) {
        while ended.recv().await.is_some() {
            orphans(child).for_each(drop);
        }
    }
    std::future::pending().await
}

/// Sends `signal` to the orphans; those that are left after `grace` are killed, until none is left that can be. The
/// others are named.
pub async fn end_all(child: u32, signal: Signal, grace: Duration) {
    let (began, mut refusals) = (Instant::now(), BTreeMap::new());
    signal_all(child, signal);
    while orphans(child).any(|orphan| !refusals.contains_key(&orphan)) {
        sleep(PAUSE).await;
        if began.elapsed() >= grace {
            refusals = signal_all(child, Signal::SIGKILL);
        }
    }
    for (pid, errno) in refusals {
        say(&format!("process {pid} cannot be killed: {errno}"));
    }
}

/// Sends a signal to the orphans and returns those to which it cannot be sent: they have another user.
pub fn signal_all(child: u32, signal: Signal) -> BTreeMap<Pid, Errno> {
    let refusal = |orphan| Some((orphan, kill(orphan, signal).err()?));
    orphans(child).filter_map(refusal).collect()
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
fn orphans(child: u32) -> impl Iterator<Item = Pid> {
    let others = children(Pid::this()).filter(move |pid| pid.as_raw() != child.cast_signed());
    let at_once = Some(WaitPidFlag::WNOHANG);
    others.filter(move |orphan| waitpid(*orphan, at_once) == Ok(WaitStatus::StillAlive))
}
