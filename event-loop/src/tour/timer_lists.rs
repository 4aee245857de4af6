//! Timers wait in one list per duration. A list that is due runs as far as it is due before the next list: no plain order of deadlines.
//!
//! Twin: `golden/07-timer-lists.mjs`.

use std::time::Duration;

use event_loop::{busy, set_timeout, sleep};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints in which order overdue timers run.
pub fn timer_lists() -> anyhow::Result<()> {
    on_virtual_clock(async {
        say!("set a20 b5 c20 d5 e0 f1 g1.9");
        set("a20", ms(20));
        set("b5", ms(5));
        set("c20", ms(20));
        set("d5", ms(5));
        set("e0", ms(0));
        set("f1", ms(1));
        set("g1.9", Duration::from_micros(1900));
        busy(ms(40));
        sleep(ms(60)).await;

        say!("deadlines: p10 at 10, q5 at 13, r10 at 22, all overdue");
        set("p10", ms(10));
        busy(ms(8));
        set("q5", ms(5));
        busy(ms(4));
        set("r10", ms(10));
        busy(ms(40));
        sleep(ms(60)).await;

        say!("a timer that a timer sets waits for the next turn, even if overdue");
        set_timeout(ms(1), || {
            say!("  first");
            set("nested", ms(1));
            busy(ms(5));
        });
        set("second", ms(1));
        busy(ms(5));
    })
}

fn set(name: &'static str, delay: Duration) {
    set_timeout(delay, move || say!("  {name}"));
}
