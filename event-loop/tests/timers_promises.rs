//! `timers/promises`: when what is awaited is due, and what dropping it withdraws.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use event_loop::*;
use futures::StreamExt;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn on_virtual_clock() -> Builder {
    Builder::new().clock(Clock::Virtual)
}

#[test]
fn no_timer_is_ever_early() {
    let worst = Rc::new(Cell::new(Duration::MAX));
    let least = Rc::clone(&worst);

    run(async move {
        for n in 0..200 {
            let delay = ms(n % 3 + 1);
            let start = Instant::now();
            sleep(delay).await;
            let passed = start.elapsed();
            assert!(passed >= delay, "{delay:?} took {passed:?}");
            least.set(least.get().min(passed - delay));
        }
    })
    .into_result()
    .unwrap();

    assert!(
        worst.get() < ms(1),
        "every one of 200 timers was {:?} late",
        worst.get()
    );
}

#[test]
fn a_virtual_day_passes_in_no_time() {
    let start = Instant::now();
    let seen = Rc::new(Cell::new(Duration::ZERO));
    let then = Rc::clone(&seen);

    on_virtual_clock()
        .run(async move {
            sleep(Duration::from_secs(24 * 3600)).await;
            then.set(elapsed());
        })
        .into_result()
        .unwrap();

    assert_eq!(seen.get(), Duration::from_secs(24 * 3600));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_dropped_sleep_clears_its_timer() {
    let exit = on_virtual_clock().run(async {
        drop(sleep(Duration::from_secs(3600)));
        drop(immediate());
        sleep(ms(1)).await;
        on_exit(|_| assert_eq!(elapsed(), ms(1)));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_sleep_counts_from_its_call_and_not_from_its_await() {
    let exit = on_virtual_clock().run(async {
        let early = sleep(ms(10));
        sleep(ms(30)).await;
        early.await;
        assert_eq!(elapsed(), ms(30));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn an_interval_stream_counts_what_nobody_asked_for() {
    let exit = on_virtual_clock().run(async {
        let mut items = interval(ms(10));
        items.next().await;
        sleep(ms(35)).await;
        for _ in 0..3 {
            items.next().await;
        }
        assert_eq!(elapsed(), ms(45));
        items.next().await;
        assert_eq!(elapsed(), ms(50));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

/// How long a thousand turns take while so many tasks sleep: the best of a few, since others need the processor too.
fn a_thousand_turns(sleeping: u64) -> Duration {
    let took = || {
        let took = Rc::new(Cell::new(None));
        let told = Rc::clone(&took);
        let exit = on_virtual_clock().run(async move {
            for n in 0..sleeping {
                drop(spawn(async move { sleep(ms(n % 500 + 1)).await }));
            }
            immediate().await;
            let start = Instant::now();
            for _ in 0..1_000 {
                immediate().await;
            }
            told.set(Some(start.elapsed()));
        });
        assert_eq!(exit.code(), 0);
        took.get().unwrap()
    };
    (0..5).map(|_| took()).min().unwrap()
}

#[test]
fn a_hundred_thousand_sleeping_tasks_do_not_slow_down_each_turn() {
    let (few, many) = (a_thousand_turns(10), a_thousand_turns(100_000));

    // To look through all tasks in each turn would take a thousand times as long.
    assert!(many < 100 * few, "{few:?} with ten, {many:?} with many");
}

#[test]
fn an_interval_begins_with_its_first_item() {
    let exit = on_virtual_clock().run(async {
        let _ = Box::leak(Box::new(interval(ms(1)))); // holds nothing
        let mut items = interval(ms(10));
        sleep(ms(25)).await;
        items.next().await;
        assert_eq!(elapsed(), ms(35));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_sleep_outside_a_loop_is_refused() {
    let refused = std::panic::catch_unwind(|| drop(sleep(ms(1))));

    assert!(refused.is_err());
}
