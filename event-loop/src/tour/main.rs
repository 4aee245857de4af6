//! The body of a module is a microtask: there promises come before ticks. In every callback it is the other way round.
//!
//! Twin: `golden/05-main.mjs`. An async main is a module; `run_script` is a `CommonJS` script, where ticks come first.

use event_loop::{Promise, next_tick, on_exit, queue_microtask, sleep};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints where the main future goes on among ticks and microtasks.
pub fn main() -> anyhow::Result<()> {
    on_virtual_clock(async {
        say!("main start");
        next_tick(|| say!("tick"));
        queue_microtask(|| {
            say!("micro 1");
            queue_microtask(|| say!("micro 2"));
        });
        Promise::resolved(()).await?;
        say!("main after a settled promise");
        sleep(ms(5)).await;
        say!("main after sleep"); // a microtask again, of the timer's callback
        next_tick(|| say!("tick 2"));
        queue_microtask(|| say!("micro 3"));
        Promise::resolved(()).await?;
        say!("main end");
        on_exit(|code| say!("exit {code}"));
        Ok::<_, event_loop::Error>(())
    })
}
