//! Children that were left behind: they are waited for in a thread, since `Drop` never waits.
//!
//! A kill can be refused: a child that changed its user is not ours to kill. Then its entry stays here until it ends.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::unistd::Pid;

use crate::sys;

/// From one look at those that are left to the next: first this, then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

struct Reaper {
    /// Whether each was killed.
    left: Vec<(Pid, bool)>,
    has_thread: bool,
}

static REAPER: Mutex<Reaper> = Mutex::new(Reaper {
    left: Vec::new(),
    has_thread: false,
});

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
    let reaper = reap_ended();
    let killed = reaper.left.iter().filter(|(_, was_killed)| *was_killed);
    killed
        .map(|(pid, _)| pid.as_raw().cast_unsigned())
        .collect()
}

/// Reaps the child soon after it ends.
pub fn reap_later(pid: Pid, was_killed: bool) {
    let mut reaper = reap_ended();
    reaper.left.push((pid, was_killed));
    if !reaper.has_thread {
        // Without a thread, the next one that is left behind tries again.
        let thread = std::thread::Builder::new().name("reaper".to_owned());
        reaper.has_thread = thread.spawn(run).is_ok();
    }
}

fn run() {
    let mut pause = FIRST_PAUSE;
    loop {
        let mut reaper = reap_ended();
        if reaper.left.is_empty() {
            reaper.has_thread = false;
            return;
        }
        drop(reaper);
        std::thread::sleep(pause);
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

fn reap_ended() -> MutexGuard<'static, Reaper> {
    let mut reaper = REAPER.lock().unwrap_or_else(PoisonError::into_inner);
    reaper
        .left
        .retain(|(pid, _)| matches!(sys::reap(*pid), Ok(None) | Err(Errno::EINTR)));
    reaper
}
