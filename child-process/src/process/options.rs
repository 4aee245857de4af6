//! When and how a run is ended, and what is kept of it: `timeout`, `killSignal`, `maxBuffer`, `signal`.

use std::future::{Future, pending};
use std::pin::Pin;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::sync::mpsc::UnboundedReceiver;

/// Longer than this is for ever: the clocks of the system and of tokio end somewhere beyond.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// When and how a run is ended, and what is kept of it.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub timeout: Option<Duration>,
    pub kill_signal: Signal,
    pub grace: Duration,
    pub pipe_timeout: Option<Duration>,
    pub max_buffer: usize,
    pub checked: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: None,
            kill_signal: Signal::SIGTERM,
            grace: Duration::from_secs(2),
            pipe_timeout: None,
            max_buffer: 1024 * 1024,
            checked: true,
        }
    }
}

/// What ends a command, or comes from outside while it runs.
pub struct Events {
    pub deadline: Option<Instant>,
    pub cancelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub forwarded: Option<UnboundedReceiver<Signal>>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            deadline: None,
            cancelled: Box::pin(pending()),
            forwarded: None,
        }
    }
}

/// Waits for the next signal to be passed on; for ever if none is going to come.
pub async fn next_signal(forwarded: &mut Option<UnboundedReceiver<Signal>>) -> Signal {
    if let Some(signals) = forwarded
        && let Some(signal) = signals.recv().await
    {
        return signal;
    }
    *forwarded = None;
    pending().await
}

/// Returns the moment `after` the start; none if it is for ever.
pub fn deadline(start: Instant, after: Option<Duration>) -> Option<Instant> {
    start.checked_add(after.filter(|after| *after < FOR_EVER)?)
}

/// Waits until then, or for ever.
pub async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time.into()).await,
        None => pending().await,
    }
}
