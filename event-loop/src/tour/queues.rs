//! Two queues between callbacks: all ticks, then all microtasks, then ticks again, and both after every callback.
//!
//! Twin: `golden/04-queues.mjs`.

use event_loop::{next_tick, queue_microtask, set_immediate, set_timeout};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints in which order a callback's ticks, microtasks and immediates run.
pub fn queues() -> anyhow::Result<()> {
    on_virtual_clock(async {
        set_timeout(ms(1), callback);
    })
}

fn callback() {
    say!("callback");
    set_immediate(|| {
        say!("immediate A");
        queue_microtask(|| say!("  micro of A"));
        next_tick(|| say!("  tick of A"));
    });
    set_immediate(|| say!("immediate B"));

    queue_microtask(|| {
        say!("micro 1");
        next_tick(|| say!("tick from micro 1"));
        queue_microtask(|| say!("micro 3, queued by micro 1"));
    });
    queue_microtask(|| say!("micro 2"));
    next_tick(|| {
        say!("tick 1");
        next_tick(|| say!("tick 3, queued by tick 1"));
        queue_microtask(|| say!("micro from tick 1"));
    });
    next_tick(|| say!("tick 2"));
    say!("end of the callback");
}
