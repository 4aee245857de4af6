//! Children that were left behind: they are waited for in a thread, since `Drop` never waits.
//!
//! A kill can be refused: a child that changed its user is not ours to kill. Then its entry stays here until it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::process_group::ProcessGroup;

/// From one look at those that are left to the next: first this, then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

struct Reaper {
    left: Vec<Arc<ProcessGroup>>,
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
    let killed = reaper.left.iter().filter(|group| !group.is_detached());
    killed.map(|group| group.pid()).collect()
}

/// Reaps the child soon after it ends, unless it was reaped.
pub fn reap_later(group: &Arc<ProcessGroup>) {
    let mut reaper = reap_ended();
    if has_ended(group) {
        return;
    }
    reaper.left.push(Arc::clone(group));
    if !reaper.has_thread {
        // Without a thread, the next one that is left behind tries again.
        let thread = thread::Builder::new().name("reaper".to_owned());
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
        thread::sleep(pause);
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

fn reap_ended() -> MutexGuard<'static, Reaper> {
    let mut reaper = REAPER.lock().unwrap_or_else(PoisonError::into_inner);
    reaper.left.retain(|group| !has_ended(group));
    reaper
}

/// Reaps the child if it has ended. One that cannot be waited for was reaped by others.
fn has_ended(group: &Arc<ProcessGroup>) -> bool {
    !matches!(group.reap(), Ok(None))
}
