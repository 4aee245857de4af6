//! Timers that wait, for their memory: how many, in ten thousands. Prints how many are set a second.

use std::time::{Duration, Instant};

fn main() {
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    let count: u32 = count.unwrap_or(1) * 10_000;
    let _ = event_loop::run(async move {
        let began = Instant::now();
        for number in 0..count {
            let delay = Duration::from_millis(u64::from(100_000 + number % 1000));
            event_loop::set_timeout(delay, || {});
        }
        println!(
            "set {:.0}",
            f64::from(count) / began.elapsed().as_secs_f64()
        );
        event_loop::exit(0);
    });
}
