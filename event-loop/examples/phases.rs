//! The iteration, seen from a poll callback: poll, check, timers, and round again.
//!
//! The result of a job of the thread pool is a poll callback, as Node's file operations are.

use std::time::Duration;

use event_loop::{
    Exit, busy, next_tick, println, queue_microtask, run_script, set_immediate, set_timeout,
    spawn_blocking_with,
};

fn file_read() {
    println!("poll: file read");
    set_timeout(Duration::ZERO, || {
        println!("timers: timeout, due before the check phase");
        set_immediate(|| {
            println!("check: immediate from the timer");
            // So that the nested timeout is due in this iteration, on any machine.
            busy(Duration::from_millis(2));
        });
        set_timeout(Duration::ZERO, || {
            println!("timers: nested timeout, next time round");
        });
        next_tick(|| println!("  tick after the timer"));
    });
    set_immediate(|| {
        println!("check: immediate 1");
        set_immediate(|| println!("check: nested immediate, next time round"));
        queue_microtask(|| println!("  micro after immediate 1"));
    });
    set_immediate(|| println!("check: immediate 2"));
    next_tick(|| println!("  tick after the poll callback"));
    busy(Duration::from_millis(6));
}

pub(crate) fn main() -> Exit {
    run_script(|| spawn_blocking_with(|| std::fs::read_dir("."), |_| file_read()))
}
