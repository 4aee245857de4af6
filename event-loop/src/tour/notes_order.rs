//! `console.log`, promises, `setImmediate`, `setTimeout`: in this order, where the order is certain.
//!
//! Twin: `golden/03-notes-order.mjs`. From the main program a timeout of 0 ms and an immediate are a race, in Node and here: neither is shown.

use event_loop::{Promise, queue_microtask, set_immediate, set_timeout, spawn_blocking_with};

use super::ms;
use crate::console::say;

/// Prints the order from the main program, and from the callback of a file.
pub fn notes_order() -> anyhow::Result<()> {
    let exit = event_loop::run(async {
        let (done, resolver) = Promise::pending();
        let mut resolver = Some(resolver);
        set_timeout(ms(50), move || {
            say!("main: setTimeout");
            if let Some(resolver) = resolver.take() {
                resolver.resolve(());
            }
        });
        set_immediate(|| say!("main: setImmediate"));
        queue_microtask(|| say!("main: promise"));
        say!("main: console.log");
        done.await?;

        // The check phase follows the poll phase, so that even 0 ms come second.
        let read = || std::fs::read(".").is_ok();
        spawn_blocking_with(read, |_| {
            set_timeout(ms(0), || say!("file: setTimeout, 0 ms"));
            set_immediate(|| say!("file: setImmediate"));
            queue_microtask(|| say!("file: promise"));
            say!("file: console.log");
        });
        Ok::<_, event_loop::Error>(())
    });
    exit.into_result()?;
    Ok(())
}
