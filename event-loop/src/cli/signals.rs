//! Ctrl-C, `kill` and a terminal that is closed: what we have started is ended and what we keep is removed, then we end as well.
//!
//! Node's own answer is `process.on('SIGINT', ..)`. Here, as there, a signal that is listened to ends nobody by itself.

use std::future::Future;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// A signal of this number ended us: status 128 and its number.
#[derive(Debug, thiserror::Error)]
#[error("ended by signal {0}")]
pub struct Interrupted(i32);

impl Interrupted {
    /// What a shell says of one who was ended by it.
    pub fn status(&self) -> u8 {
        u8::try_from(128 + self.0).unwrap_or(u8::MAX)
    }
}

/// Runs `work`, which is dropped at the first signal. What it has started on other threads is not waited for.
pub fn until_signal<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hang_up = signal(SignalKind::hangup())?;
        let kind = tokio::select! {
            biased;
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
            _ = hang_up.recv() => SignalKind::hangup(),
            result = work => return result,
        };
        Err(Interrupted(kind.as_raw_value()).into())
    });
    runtime.shutdown_background();
    result
}
