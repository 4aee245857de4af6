//! When and how a run is ended, and what is kept of it: `timeout`, `killSignal`, `maxBuffer`, `signal`.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures::stream::Stream;
use nix::sys::signal::Signal;

/// When and how a run is ended, and what is kept of it.
pub struct Limits {
    pub timeout: Option<Duration>,
    pub kill_signal: Signal,
    pub grace: Duration,
    pub pipe_timeout: Option<Duration>,
    pub max_buffer: usize,
    pub checked: bool,
    pub cancelled: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    pub forwarded: Pin<Box<dyn Stream<Item = Signal> + Send>>,
}
