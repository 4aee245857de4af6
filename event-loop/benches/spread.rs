//! Timers of 1 ms to 1 s, again and again: how many, in ten thousands.

use std::time::Duration;

fn main() {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    let count: u32 = count.unwrap_or(1) * 10_000;
    let _ = event_loop::run(async move {
        for number in 0..count {
            let delay = Duration::from_millis(u64::from(number % 1000 + 1));
            event_loop::set_timeout(delay, || {});
        }
    });
}
