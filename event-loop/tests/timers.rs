//! Timers: when they are due, and what clearing, refreshing and letting go does to them.

use std::cell::{Cell, RefCell};
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
fn a_delay_that_node_cannot_hold_is_waited_for() {
    let log: Rc<RefCell<Vec<u64>>> = Rc::default();
    let lines = Rc::clone(&log);

    on_virtual_clock()
        .run_script(move || {
            for days in [30, 1, 400] {
                let lines = Rc::clone(&lines);
                set_timeout(Duration::from_secs(days * 86_400), move || {
                    lines.borrow_mut().push(days);
                });
            }
            set_timeout(Duration::MAX, || ()).unref();
        })
        .into_result()
        .unwrap();

    assert_eq!(*log.borrow(), [1, 30, 400]);
}

#[test]
fn an_interval_counts_from_the_start_of_its_callback_and_never_catches_up() {
    let times: Rc<RefCell<Vec<u64>>> = Rc::default();
    let seen = Rc::clone(&times);

    on_virtual_clock()
        .run(async move {
            let interval = set_interval(ms(10), move || {
                seen.borrow_mut().push(elapsed().as_millis() as u64);
                busy(ms(if seen.borrow().len() == 2 { 35 } else { 3 }));
            });
            sleep(ms(90)).await;
            interval.clear();
        })
        .into_result()
        .unwrap();

    assert_eq!(*times.borrow(), [10, 20, 55, 65, 75, 85]);
}

#[test]
fn a_fired_timer_that_is_refreshed_runs_and_holds_the_loop_again() {
    let runs = Rc::new(Cell::new(0));
    let count = Rc::clone(&runs);

    on_virtual_clock()
        .run(async move {
            let timer = set_timeout(ms(5), move || count.set(count.get() + 1));
            sleep(ms(10)).await;
            timer.refresh();
        })
        .into_result()
        .unwrap();

    assert_eq!(runs.get(), 2);
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

#[test]
fn a_hundred_thousand_timers_are_all_run_once() {
    let runs = Rc::new(Cell::new(0));
    let count = Rc::clone(&runs);

    run_script(move || {
        for n in 0..100_000 {
            let count = Rc::clone(&count);
            let timer = set_timeout(ms(n % 50), move || count.set(count.get() + 1));
            if n % 2 == 0 {
                timer.clear();
            }
        }
    })
    .into_result()
    .unwrap();

    assert_eq!(runs.get(), 50_000);
}

#[test]
fn a_hundred_thousand_sleeping_tasks_do_not_slow_down_each_turn() {
    let start = Instant::now();

    let exit = on_virtual_clock().run(async {
        for n in 0..100_000 {
            drop(spawn(async move { sleep(ms(n % 500 + 1)).await }));
        }
        for _ in 0..100_000 {
            immediate().await;
        }
    });

    assert_eq!(exit.code(), 0);
    // Looking through all tasks in each turn would take minutes.
    assert!(start.elapsed() < Duration::from_secs(30));
}
