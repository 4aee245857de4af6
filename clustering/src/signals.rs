//! The signals that a primary obeys.

use futures::stream::{self, Stream, StreamExt};
use nix::sys::signal::{SigSet, Signal};
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
    let streams: Vec<_> = streams.collect();
    release();
    stream::select_all(streams)
}

/// Lets signals wait, for the moment in which a process has no ears: between two programs.
///
/// Without it, a signal that comes then ends the process.
pub fn hold() {
    // Where it fails, the moment is short all the same.
    let _ = obeyed().thread_block();
}

/// Takes in the signals that waited.
pub fn release() {
    // Nothing is held unless the program before us did so.
    let _ = obeyed().thread_unblock();
}

fn obeyed() -> SigSet {
    OBEYED.into_iter().collect()
}

/// One bit a signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
