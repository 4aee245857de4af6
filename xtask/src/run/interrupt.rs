//! Ctrl-C: a flag that every loop looks at, so that the code that started a process also ends it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::{sleep, spawn};
use std::time::Duration;

use anyhow::{Result, ensure};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use crate::exit_error::ExitError;
use crate::run::sys::ignored_signals;

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// Set a second after it: from then on, a signal ends this process, whatever it waits for.
static IMPATIENT: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Makes SIGINT, SIGQUIT, SIGTERM and SIGHUP set the flag instead of ending the process.
///
/// A signal that was ignored at the start (`nohup`) stays without effect, but gets a handler all the same: a program that
/// we start would inherit the ignoring, and not the handler, and its output must not depend on how we were started.
pub fn listen() -> Result<()> {
    let ignored = ignored_signals();
    for signal in [SIGINT, SIGQUIT, SIGTERM, SIGHUP] {
        let (mut flag, mut impatient) = (Arc::clone(&REQUESTED), Arc::clone(&IMPATIENT));
        if ignored & 1 << (signal - 1) != 0 {
            (flag, impatient) = Default::default();
        }
        signal_hook::flag::register_conditional_shutdown(signal, 130, impatient)?;
        signal_hook::flag::register(signal, flag)?;
    }
    // `timeout` sends its signal twice, to us and to our group.
    spawn(|| {
        while !requested() {
            sleep(Duration::from_millis(100));
        }
        sleep(Duration::from_secs(1));
        IMPATIENT.store(true, Ordering::Relaxed);
    });
    Ok(())
}

/// Returns whether we were asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Goes on, unless we were asked to stop.
pub fn check() -> Result<()> {
    ensure!(!requested(), ExitError::Interrupted);
    Ok(())
}
