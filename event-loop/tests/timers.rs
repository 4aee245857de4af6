//! Timers: when they are due, and what clearing, refreshing and letting go does to them.

mod support;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use event_loop::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn on_virtual_clock() -> Builder {
    Builder::new().clock(Clock::Virtual)
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
        .run_script(move || {
            let interval = set_interval(ms(10), move || {
                seen.borrow_mut().push(elapsed().as_millis() as u64);
                busy(ms(if seen.borrow().len() == 2 { 35 } else { 3 }));
            });
            set_timeout(ms(90), move || interval.clear());
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
        .run_script(move || {
            let timer = set_timeout(ms(5), move || count.set(count.get() + 1));
            set_timeout(ms(10), move || {
                timer.refresh();
            });
        })
        .into_result()
        .unwrap();

    assert_eq!(runs.get(), 2);
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
fn cleared_immediates_leave_nothing_behind() {
    run_script(|| {
        set_immediate(|| ()).clear();
        let before = support::resident_kib();
        for _ in 0..1_000_000 {
            set_immediate(|| ()).clear();
        }
        // They would take 24 MB; other tests, which run beside this one, take some.
        let grown = support::resident_kib().saturating_sub(before);
        assert!(grown < 12_000, "{grown} KiB");
    })
    .into_result()
    .unwrap();
}
