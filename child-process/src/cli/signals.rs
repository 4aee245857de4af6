//! The signals that ask us to stop, on their way to those whom we run.

use child_process::Signal;
use futures::stream::{self, Stream, StreamExt};
use tokio::signal::unix::{SignalKind, signal};

/// SIGINT, SIGTERM, SIGHUP and SIGQUIT as they come; a second SIGINT counts as SIGKILL.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
pub fn received() -> impl Stream<Item = Signal> + Send + Unpin {
    let ignored = ignored_mask();
    let wanted = [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
    ];
    let streams = wanted.into_iter().filter_map(|wanted| {
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
    let mut interrupts = 0;
    stream::select_all(streams).map(move |signal| {
        interrupts += u32::from(signal == Signal::SIGINT);
        if signal == Signal::SIGINT && interrupts > 1 {
            Signal::SIGKILL
        } else {
            signal
        }
    })
}

/// One bit a signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
