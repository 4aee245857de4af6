//! Ctrl-C and its relatives.

use futures::FutureExt;
use futures::future::{pending, select_all};
use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGINT, SIGTERM or SIGHUP and returns its number.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
pub async fn stop_requested() -> u8 {
    let ignored = ignored_mask();
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    let mut waiting = Vec::new();
    for kind in kinds {
        let number = kind.as_raw_value();
        if ignored >> (number - 1) & 1 == 1 {
            continue;
        }
        // A signal that cannot be caught ends the process by itself.
        if let Ok(mut received) = signal(kind) {
            waiting.push(async move { received.recv().await.map(|()| number) }.boxed_local());
        }
    }
    if waiting.is_empty() {
        return pending().await;
    }
    let (number, ..) = select_all(waiting).await;
    number
        .and_then(|number| u8::try_from(number).ok())
        .unwrap_or_default()
}

/// One bit a signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
