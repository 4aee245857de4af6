//! Blocking the loop, and how not to: a long computation in one go, in slices, and on another thread.
//!
//! Twin: `golden/12-blocking.mjs`, which needs a worker for what is one closure here.

use event_loop::{busy, immediate, set_timeout, sleep, spawn_blocking};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints when a timer has its turn.
pub fn blocking() -> anyhow::Result<()> {
    on_virtual_clock(async {
        say!("in one go");
        set_timeout(ms(15), || say!("  a timer of 15 ms"));
        for n in 1..=4 {
            busy(ms(10));
            say!("  slice {n}");
        }
        sleep(ms(30)).await;

        say!("in slices, an immediate between them");
        set_timeout(ms(15), || say!("  a timer of 15 ms"));
        for n in 1..=4 {
            busy(ms(10));
            say!("  slice {n}");
            immediate().await;
        }
        sleep(ms(30)).await;

        say!("on another thread");
        let sum = spawn_blocking(|| (1..=1000).sum::<u32>());
        say!("  the loop is free");
        say!("  sum {}", sum.await?);
        Ok::<_, event_loop::Error>(())
    })
}
