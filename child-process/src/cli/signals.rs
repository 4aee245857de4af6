//! The signals that ask this process to stop.

use std::sync::atomic::{AtomicBool, Ordering};

use child_process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

static RECEIVED: AtomicBool = AtomicBool::new(false);

/// Returns whether there was a signal to be passed on.
pub fn were_received() -> bool {
    RECEIVED.load(Ordering::Relaxed)
}

/// Returns SIGINT, SIGTERM, SIGHUP and SIGQUIT as they come; a second SIGINT counts as SIGKILL.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored. What comes from
/// `terminal` keys reaches a child in the foreground by itself: it is caught, so that we outlive it, and not returned.
pub fn received(terminal: bool) -> UnboundedReceiver<Signal> {
    let (sender, receiver) = unbounded_channel();
    let ignored = ignored_mask();
    for wanted in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
    ] {
        let number = wanted as i32;
        if ignored >> (number - 1) & 1 == 1 {
            continue;
        }
        // A signal that cannot be caught ends the process by itself.
        let Ok(mut received) = signal(SignalKind::from_raw(number)) else {
            continue;
        };
        let sender = sender.clone();
        let is_key = terminal && matches!(wanted, Signal::SIGINT | Signal::SIGQUIT);
        tokio::spawn(async move {
            let mut times = 0;
            while received.recv().await.is_some() {
                times += 1;
                let kills = wanted == Signal::SIGINT && times > 1;
                let signal = if kills { Signal::SIGKILL } else { wanted };
                if !is_key {
                    RECEIVED.store(true, Ordering::Relaxed);
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
