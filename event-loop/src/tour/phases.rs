//! The turn, seen from a poll callback: poll, check, timers, and round again.
//!
//! Twin: `golden/06-phases.mjs`. The result of a job of the pool is a poll callback, as Node's file operations are.

use event_loop::{
    busy, next_tick, queue_microtask, set_immediate, set_timeout, spawn_blocking_with,
};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints in which phase each callback runs.
pub fn phases() -> anyhow::Result<()> {
    on_virtual_clock(async {
        spawn_blocking_with(|| std::fs::metadata("."), |_| file_read());
    })
}

fn file_read() {
    say!("poll: file read");
    set_timeout(ms(0), || {
        say!("timers: timeout, due before the check phase");
        set_immediate(|| say!("check: immediate from the timer"));
        set_timeout(ms(0), || say!("timers: nested timeout, next time round"));
        next_tick(|| say!("  tick after the timer"));
    });
    set_immediate(|| {
        say!("check: immediate 1");
        set_immediate(|| {
            say!("check: nested immediate, next time round");
            busy(ms(1)); // Node's own callbacks take their time; a virtual clock has to be told
        });
        queue_microtask(|| say!("  micro after immediate 1"));
    });
    set_immediate(|| say!("check: immediate 2"));
    next_tick(|| say!("  tick after the poll callback"));
    busy(ms(6));
}
