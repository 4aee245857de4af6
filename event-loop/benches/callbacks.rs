//! Callbacks of each kind a second, beside `callbacks.mjs`: prints `NAME RATE`. Takes how many, in thousands.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use event_loop::{Promise, immediate, next_tick, queue_microtask, run, set_immediate, set_timeout};

const MS: Duration = Duration::from_millis(1);

/// How many are scheduled at once.
const BATCH: u32 = 1000;

fn main() {
    let thousands = std::env::args().filter_map(|arg| arg.parse().ok()).next();
    let count = thousands.unwrap_or(1) * 1000;
    // Once to warm up, as the Node program does for its compiler.
    for warm in [true, false] {
        let report = |name: &str, began: Instant, count: u32| {
            if !warm {
                println!(
                    "{name} {:.0}",
                    f64::from(count) / began.elapsed().as_secs_f64()
                );
            }
        };
        each(count, BATCH, "immediates in a batch", &report, |ran| {
            set_immediate(move || ran.set(ran.get() + 1));
        });
        chain(count, &report);
        each(count, BATCH, "ticks", &report, |ran| {
            next_tick(move || ran.set(ran.get() + 1));
        });
        each(count, BATCH, "microtasks", &report, |ran| {
            queue_microtask(move || ran.set(ran.get() + 1));
        });
        let began = Instant::now();
        let _ = run(async move {
            for _ in 0..count {
                Promise::resolved(()).await?;
            }
            Ok::<_, event_loop::Error>(())
        });
        report("promise hops", began, count);
        each(count, count, "timers of 1 ms", &report, |ran| {
            set_timeout(MS, move || ran.set(ran.get() + 1));
        });
        let began = Instant::now();
        let _ = run(async move {
            for _ in 0..count {
                set_timeout(Duration::from_secs(1), || {}).clear();
            }
        });
        report("timers set and cleared", began, count);
    }
}

/// Schedules batch after batch.
fn each(
    count: u32,
    batch: u32,
    name: &str,
    report: &dyn Fn(&str, Instant, u32),
    schedule: impl Fn(Rc<Cell<u32>>) + 'static,
) {
    let began = Instant::now();
    let ran = Rc::new(Cell::new(0));
    let counted = Rc::clone(&ran);
    let _ = run(async move {
        for _ in 0..count / batch {
            for _ in 0..batch {
                schedule(Rc::clone(&counted));
            }
            immediate().await;
        }
    });
    assert_eq!(ran.get(), count, "{name}");
    report(name, began, count);
}

/// Each schedules the next one.
fn chain(count: u32, report: &dyn Fn(&str, Instant, u32)) {
    fn next(left: u32) {
        if left > 0 {
            set_immediate(move || next(left - 1));
        }
    }
    let began = Instant::now();
    let _ = run(async move { next(count) });
    report("immediates in a chain", began, count);
}
