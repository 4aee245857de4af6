//! Ctrl-C, `kill`, a terminal that is closed, a reader that leaves: what we have started is ended, then we end as well.
//!
//! Node's own answer is `process.on('SIGINT', ..)`. Here, as there, a signal with a listener does not end the process by itself.

use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Builder;
use tokio::sync::Notify;

use super::sys::first_signal;

/// A signal of this number ended us: status 128 and its number.
#[derive(Debug, thiserror::Error)]
#[error("ended by signal {0}")]
pub struct Interrupted(pub i32);

/// Told by work on another thread that nothing reads stdout any more.
pub static READER_LEFT: Notify = Notify::const_new();

/// The number of SIGINT.
pub const CTRL_C: i32 = 2;

/// Set while Ctrl-C is not for us but for what is recorded.
pub static CTRL_C_IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// Told of a Ctrl-C that is taken.
pub static INTERRUPTED: Notify = Notify::const_new();

/// The first signal that is for us.
async fn signal_for_us() -> io::Result<i32> {
    loop {
        let signal = first_signal().await?;
        if signal != CTRL_C || !CTRL_C_IS_TAKEN.load(Ordering::Relaxed) {
            return Ok(signal);
        }
        INTERRUPTED.notify_one();
    }
}

/// Runs `work`, which is dropped at the first signal. What it has started on other threads is not waited for.
pub fn until_signal<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        tokio::select! {
            biased;
            signal = signal_for_us() => Err(Interrupted(signal?).into()),
            () = READER_LEFT.notified() => Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            result = work => result,
        }
    });
    runtime.shutdown_background();
    result
}
