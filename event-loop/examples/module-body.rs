//! The body of a module is a microtask: there, promises come before ticks. In every callback it is
//! the other way round.
//!
//! `run` takes a module, an async main. `run_script` takes a `CommonJS` script, in which ticks
//! come first.

use std::time::Duration;

use event_loop::{Error, Exit, Promise, next_tick, on_exit, println, queue_microtask, run, sleep};

pub(crate) fn main() -> Exit {
    run(async {
        on_exit(|code| println!("exit {code}"));
        next_tick(|| println!("tick"));
        queue_microtask(|| {
            println!("micro 1");
            queue_microtask(|| println!("micro 2"));
        });
        println!("main begins");
        Promise::resolved(()).await?;
        println!("main after a settled promise");
        sleep(Duration::from_millis(5)).await;
        println!("main after sleep"); // again a microtask, of the timer's callback
        next_tick(|| println!("tick 2"));
        queue_microtask(|| println!("micro 3"));
        Promise::resolved(()).await?;
        println!("main ends");
        Ok::<_, Error>(())
    })
}
