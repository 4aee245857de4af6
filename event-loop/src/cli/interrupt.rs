//! Ctrl-C while we wait for another program: it ends that one, what we keep for it is removed, and then we end as well.

use std::io;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

/// Somebody pressed Ctrl-C: status 130.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Does `work` to its end, which an interrupt of all that is in the terminal's foreground brings near.
pub fn finish<T>(work: impl FnOnce() -> T) -> anyhow::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut interrupts = {
        let _inside = runtime.enter();
        signal(SignalKind::interrupt())?
    };
    let result = work();
    // One that has arrived is seen at once, but only by a runtime that looks.
    let look = async { timeout(Duration::from_millis(1), interrupts.recv()).await };
    if runtime.block_on(look).is_ok() {
        return Err(Interrupted.into());
    }
    // A signal that is listened to ends nobody by itself any more.
    let ends = move || -> io::Result<()> {
        runtime.block_on(interrupts.recv());
        std::process::exit(130)
    };
    std::thread::Builder::new().spawn(ends)?;
    Ok(result)
}
