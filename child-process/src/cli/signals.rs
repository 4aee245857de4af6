//! The signals that ask this process to stop.

use child_process::Signal::{self, SIGHUP, SIGINT, SIGKILL, SIGQUIT, SIGTERM};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Returns SIGINT, SIGTERM, SIGHUP and SIGQUIT as they come; a second SIGINT counts as SIGKILL, unless it is
/// a key of the `terminal`, which the command takes.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
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
        tokio::spawn(async move {
            let mut times = 0;
            while received.recv().await.is_some() {
                times += 1;
                let kills = wanted == SIGINT && times > 1 && !terminal;
                let _ = sender.send(if kills { SIGKILL } else { wanted });
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

/// Keeps this process from being stopped with a command that uses the terminal in the background: a limit holds there too.
pub fn stay_awake() {
    // Caught, not ignored: what is ignored here would be so in the command.
    for number in [Signal::SIGTTIN, Signal::SIGTTOU] {
        drop(signal(SignalKind::from_raw(number as i32)));
    }
}
