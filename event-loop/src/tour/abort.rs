//! Giving up: a signal ends a wait, its listeners are called at once, and only the first call counts.
//!
//! Twin: `golden/13-abort.mjs`. In Rust whoever owns a future can drop it; a signal is for those who do not own it.

use std::error::Error;

use event_loop::{AbortController, AbortSignal, sleep, spawn};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints what a signal does to those who wait.
pub fn abort() -> anyhow::Result<()> {
    on_virtual_clock(async {
        let controller = AbortController::new();
        let signal = controller.signal();
        signal.on_abort(|| say!("listener 1"));
        signal.on_abort(|| say!("listener 2"));

        let nap = signal.guard(sleep(ms(10_000)));
        let nap = spawn(async {
            if let Err(error) = nap.await {
                let reason = error.source().map(ToString::to_string);
                say!(
                    "nap: {} / {}",
                    capitalised(&error),
                    reason.unwrap_or_default()
                );
            }
        });
        say!("aborted {}", signal.is_aborted());
        controller.abort("no time");
        say!("aborted {}", signal.is_aborted());
        controller.abort("once more");
        nap.await?;

        if let Err(error) = signal.guard(sleep(ms(10_000))).await {
            let reason = error.source().map(ToString::to_string);
            say!("already given: {}", reason.unwrap_or_default());
        }

        let deadline = AbortSignal::timeout(ms(20));
        if deadline.guard(sleep(ms(10_000))).await.is_err() {
            say!("timed out {}", deadline.is_aborted());
        }
        let quiet = AbortController::new().signal();
        quiet.guard(sleep(ms(1))).await?;
        say!("a signal that nobody gives changes nothing: slept");
        Ok::<_, event_loop::Error>(())
    })
}

/// Node's messages begin with a capital letter.
fn capitalised(error: &event_loop::Error) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
