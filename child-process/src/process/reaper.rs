//! Children that were left behind: a thread waits for each, since `Drop` never waits.
//!
//! A kill can be refused: a child that changed its user is not ours to kill. Then its entry stays here until it ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::running::Running;

static LEFT: Mutex<Vec<Arc<Running>>> = Mutex::new(Vec::new());

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
    let left = reap_ended();
    let killed = left.iter().filter(|child| !child.is_detached());
    killed.map(|child| child.pid()).collect()
}

/// Reaps the child soon after it ends, unless it was reaped.
pub fn reap_later(child: Arc<Running>) {
    if matches!(child.reap(), Ok(None)) {
        reap_ended().push(Arc::clone(&child));
        let reap = move || {
            child.reap_blocking();
            drop(reap_ended());
        };
        // Without a thread, it is reaped when the next one is left behind.
        let _ = thread::Builder::new().name("reaper".to_owned()).spawn(reap);
    }
}

/// Reaps those that have ended. One that cannot be waited for was reaped by others.
fn reap_ended() -> MutexGuard<'static, Vec<Arc<Running>>> {
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|child| matches!(child.reap(), Ok(None)));
    left
}
