//! Ctrl-C: a flag that every loop looks at, so that the code that started a process also ends it.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Makes SIGINT, SIGTERM and SIGHUP set the flag instead of ending the process.
///
/// A signal that was ignored at the start (`nohup`) stays without effect, but gets a handler all the same: a program that
/// we start would inherit the ignoring, and not the handler, and its output must not depend on how we were started.
pub fn listen() -> std::io::Result<()> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let is_ignored = ignored & 1 << (signal - 1) != 0;
        let flag = if is_ignored {
            Arc::default()
        } else {
            Arc::clone(&REQUESTED)
        };
        signal_hook::flag::register(signal, flag)?;
    }
    Ok(())
}

/// Returns whether we were asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
