//! Giving up: a signal ends a wait, its listeners are called at once, and only the first call
//! counts.
//!
//! In Rust the owner of a future can drop it. A signal is for code that does not own it; `guard`
//! turns it into that drop.

use std::time::Duration;

use event_loop::{AbortController, AbortSignal, Error, Exit, println, run, sleep, spawn};

const LONG: Duration = Duration::from_secs(10);

pub(crate) fn main() -> Exit {
    run(async {
        let controller = AbortController::new();
        let signal = controller.signal();
        signal.on_abort(|| println!("listener"));

        let nap = spawn(signal.guard(sleep(LONG)));
        let woken = nap.catch(|error| println!("nap: {error} / {}", error.root_cause()));
        controller.abort("no time");
        println!("aborted: {}", signal.is_aborted());
        controller.abort("once more");
        woken.await?;

        if let Err(reason) = signal.throw_if_aborted() {
            println!("given already: {}", reason.root_cause());
        }
        let timeout = AbortSignal::timeout(Duration::from_millis(5));
        let limit = AbortSignal::any([timeout, AbortController::new().signal()]);
        if let Err(error) = limit.guard(sleep(LONG)).await {
            println!("{}", error.root_cause());
        }
        Ok::<_, Error>(())
    })
}
