//! Two queues between callbacks: all ticks, then all microtasks, then ticks again, and both after
//! every callback.

use std::time::Duration;

use event_loop::{
    Exit, next_tick, println, queue_microtask, run_script, set_immediate, set_timeout,
};

fn callback() {
    set_immediate(|| {
        println!("immediate A");
        queue_microtask(|| println!("  micro of A"));
        next_tick(|| println!("  tick of A"));
    });
    set_immediate(|| println!("immediate B"));

    queue_microtask(|| {
        println!("micro 1");
        next_tick(|| println!("tick from micro 1"));
        queue_microtask(|| println!("micro 3, queued by micro 1"));
    });
    queue_microtask(|| println!("micro 2"));
    next_tick(|| {
        println!("tick 1");
        next_tick(|| println!("tick 3, queued by tick 1"));
        queue_microtask(|| println!("micro from tick 1"));
    });
    next_tick(|| println!("tick 2"));
    println!("end of the callback");
}

pub(crate) fn main() -> Exit {
    run_script(|| {
        set_timeout(Duration::from_millis(1), callback);
    })
}
