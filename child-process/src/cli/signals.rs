//! The signals that ask this process to stop.

use child_process::Signal::{self, SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Returns SIGINT, SIGTERM, SIGHUP and SIGQUIT as they come; a second SIGINT counts as SIGKILL.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored. What comes from
/// `terminal` keys reaches a child in the foreground by itself: it is caught, so that we outlive it, and not returned.
pub fn received(terminal: bool) -> UnboundedReceiver<Signal> {
    let (sender, receiver) = unbounded_channel();
    let ignored = ignored_mask();
    for wanted in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
        let number = wanted as i32;
        if ignored >> (number - 1) & 1 == 1 {
            continue;
        }
        // A signal that cannot be caught ends the process by itself.
        let Ok(mut received) = signal(SignalKind::from_raw(number)) else {
            continue;
        };
        let sender = sender.clone();
        let is_key = terminal && matches!(wanted, SIGINT | SIGQUIT);
        tokio::spawn(async move {
            let mut times = 0;
            while received.recv().await.is_some() {
                times += 1;
                let kills = wanted == SIGINT && times > 1;
                let signal = if kills { SIGKILL } else { wanted };
                if !is_key {
                    let _ = sender.send(signal);
                }
            }
        });
    }
    receiver
}

/// Returns one bit for each signal; asking `sigaction` would be `unsafe`, the kernel also says it in a file.
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
