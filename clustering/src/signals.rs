//! The signals that a primary obeys.

use futures::stream::{self, Stream, StreamExt};
use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// What a primary listens to.
const OBEYED: [Signal; 7] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGQUIT,
    Signal::SIGHUP,
    Signal::SIGUSR1,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
];

/// The signals as they come. Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
///
/// As the first process of a container a program has to listen to be told anything: there a signal does nothing by itself.
pub fn received() -> impl Stream<Item = Signal> + Unpin {
    let ignored = ignored_mask();
    let streams = OBEYED.into_iter().filter_map(move |wanted| {
        let number = wanted as i32;
        if ignored >> (number - 1) & 1 == 1 {
            return None;
        }
        // A signal that cannot be caught ends the process by itself.
        let received = signal(SignalKind::from_raw(number)).ok()?;
        let next = |mut received: tokio::signal::unix::Signal| async {
            received.recv().await.map(|()| ((), received))
        };
        Some(Box::pin(
            stream::unfold(received, next).map(move |()| wanted),
        ))
    });
    stream::select_all(streams)
}

/// One bit a signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
