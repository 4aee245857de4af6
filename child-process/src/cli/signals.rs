//! The signals that ask this process to stop.

use child_process::Signal::{self, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::sys;

/// Returns SIGINT, SIGTERM, SIGHUP and SIGQUIT as they come, and whether a key of the terminal has sent it: then all
/// processes in the foreground have it.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
pub fn received() -> UnboundedReceiver<(Signal, bool)> {
    let (sender, receiver) = unbounded_channel();
    // One bit for each signal. Asking `sigaction` would be `unsafe`; the kernel also says it in a file.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let is_ignored = |signal: Signal| ignored.unwrap_or(0) >> (signal as i32 - 1) & 1 == 1;
    let mut wanted = Vec::from([SIGINT, SIGTERM, SIGHUP, SIGQUIT]);
    wanted.retain(|signal| !is_ignored(*signal));
    // A signal that cannot be watched ends the process by itself.
    let _ = sys::watch(&wanted, sender);
    receiver
}

/// Keeps this process from being stopped with a command that uses the terminal in the background: a limit holds there too.
pub fn stay_awake() {
    // Caught, not ignored: what is ignored here would be so in the command.
    for number in [Signal::SIGTTIN, Signal::SIGTTOU] {
        drop(signal(SignalKind::from_raw(number as i32)));
    }
}
