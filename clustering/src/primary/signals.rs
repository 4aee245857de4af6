//! The signals that a primary obeys.

use futures_util::stream::{self, Stream, StreamExt};
use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// What a primary listens to.
const OBEYED: [Signal; 8] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGQUIT,
    Signal::SIGHUP,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
];

/// The signals as they come. Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
///
/// As the first process of a container a program has to listen to be told anything: there a signal does nothing by itself.
pub fn received() -> impl Stream<Item = Signal> + Unpin {
    let ignored = ignored_mask();
    let streams = OBEYED.into_iter().filter_map(move |wanted| {
        if is_in(ignored, wanted) {
            return None;
        }
        // A signal that cannot be caught ends the process by itself.
        let received = signal(SignalKind::from_raw(wanted as i32)).ok()?;
        let next = |mut received: tokio::signal::unix::Signal| async {
            received.recv().await.map(|()| ((), received))
        };
        Some(Box::pin(
            stream::unfold(received, next).map(move |()| wanted),
        ))
    });
    stream::select_all(streams)
}

/// Those that this process was started to ignore.
pub fn ignored() -> impl Iterator<Item = Signal> {
    let mask = ignored_mask();
    OBEYED
        .into_iter()
        .filter(move |signal| is_in(mask, *signal))
}

fn is_in(mask: u64, signal: Signal) -> bool {
    mask >> (signal as i32 - 1) & 1 == 1
}

/// One bit a signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
