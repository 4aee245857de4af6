//! Children that were left behind: they are waited for in a thread, since `Drop` never waits.
//!
//! A kill can be refused: a child that changed its user is not ours to kill. Then its entry stays here until it ends.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::sys;

/// From one look at those that are left to the next.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(500));

struct Left {
    pid: Pid,
    was_killed: bool,
}

struct Reaper {
    left: Vec<Left>,
    has_thread: bool,
}

static REAPER: Mutex<Reaper> = Mutex::new(Reaper {
    left: Vec::new(),
    has_thread: false,
});
static ARRIVED: Condvar = Condvar::new();

/// Returns the children that were to be killed and have not ended: they refuse the signal, or are about to end.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), child_process::Error> {
/// drop(child_process::exec("sleep 100").spawn().await?);
/// while !child_process::unreaped().is_empty() {
///     tokio::task::yield_now().await;
/// }
/// # Ok(()) }
/// ```
pub fn unreaped() -> Vec<u32> {
    let mut reaper = reaper();
    reaper.left.retain(|left| is_left(left.pid));
    let killed = reaper.left.iter().filter(|left| left.was_killed);
    killed
        .map(|left| left.pid.as_raw().cast_unsigned())
        .collect()
}

/// Reaps the child as soon as it ends.
pub fn reap_later(pid: Pid, was_killed: bool) {
    let mut reaper = reaper();
    reaper.left.push(Left { pid, was_killed });
    ARRIVED.notify_one();
    if !reaper.has_thread {
        // Without a thread, the next one that is left behind tries again.
        let thread = std::thread::Builder::new().name("reaper".to_owned());
        reaper.has_thread = thread.spawn(run).is_ok();
    }
}

fn run() {
    let mut pause = PAUSES.0;
    let mut reaper = reaper();
    loop {
        let before = reaper.left.len();
        reaper.left.retain(|left| is_left(left.pid));
        if reaper.left.is_empty() {
            reaper.has_thread = false;
            return;
        }
        pause = if reaper.left.len() < before {
            PAUSES.0
        } else {
            PAUSES.1.min(pause * 2)
        };
        let woken = ARRIVED.wait_timeout(reaper, pause);
        let (guard, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
        if !timeout.timed_out() {
            pause = PAUSES.0;
        }
        reaper = guard;
    }
}

fn is_left(pid: Pid) -> bool {
    matches!(sys::reap(pid), Ok(None) | Err(Errno::EINTR))
}

fn reaper() -> MutexGuard<'static, Reaper> {
    REAPER.lock().unwrap_or_else(PoisonError::into_inner)
}
