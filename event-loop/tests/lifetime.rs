//! What holds the loop, and how it ends.

use std::cell::{Cell, RefCell};
use std::future::pending;
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
fn a_loop_without_work_ends_at_once_with_0() {
    let exit = run_script(|| ());

    assert_eq!(exit.code(), 0);
    assert!(exit.error().is_none());
}

#[test]
fn a_main_that_never_settles_ends_with_13() {
    let exit = on_virtual_clock().run(async {
        set_timeout(ms(5), || ());
        pending::<()>().await;
    });

    assert_eq!(exit.code(), 13);
    assert!(matches!(exit.error(), Some(Error::Unsettled)));
}

#[test]
fn a_main_that_waits_for_a_promise_of_nobody_ends_with_13() {
    let exit = on_virtual_clock().run(async {
        let (promise, _resolver) = Promise::<()>::pending();
        promise.await
    });

    assert_eq!(exit.code(), 13);
}

#[test]
fn a_code_that_was_set_goes_before_13() {
    let exit = on_virtual_clock().run(async {
        set_exit_code(4);
        pending::<()>().await;
    });

    assert_eq!(exit.code(), 4);
}

#[test]
fn a_detached_task_that_never_settles_does_not_hold_the_loop() {
    let exit = run(async {
        drop(spawn(pending::<()>()));
    });

    assert_eq!(exit.code(), 0);
}

#[test]
fn an_error_of_main_ends_the_loop_with_1_and_is_there_to_be_looked_at() {
    let exit = run(async { Err::<(), _>(std::io::Error::other("disk on fire")) });

    assert_eq!(exit.code(), 1);
    let Some(Error::Uncaught(cause)) = exit.error() else {
        panic!("{exit:?}");
    };
    assert!(cause.is::<std::io::Error>());
    assert_eq!(cause.to_string(), "disk on fire");
}

#[test]
fn close_callbacks_hold_the_loop_and_come_after_check_last_closed_first() {
    let log: Rc<RefCell<Vec<&str>>> = Rc::default();
    let lines = Rc::clone(&log);

    run_script(move || {
        let say = |line| {
            let lines = Rc::clone(&lines);
            move || lines.borrow_mut().push(line)
        };
        close(say("close a"));
        close(say("close b"));
        set_immediate(say("check"));
    })
    .into_result()
    .unwrap();

    assert_eq!(*log.borrow(), ["check", "close b", "close a"]);
}

#[test]
fn an_unrefed_immediate_runs_only_if_the_loop_turns_anyway() {
    let runs = Rc::new(Cell::new(0));

    for turns in [false, true] {
        let count = Rc::clone(&runs);
        run_script(move || {
            set_immediate(move || count.set(count.get() + 1)).unref();
            if turns {
                set_immediate(|| ());
            }
        })
        .into_result()
        .unwrap();
    }

    assert_eq!(runs.get(), 1);
}

#[test]
fn everything_left_is_dropped_when_the_loop_ends() {
    let witness = Rc::new(());

    let inner = Rc::clone(&witness);
    run_script(move || {
        let held = || Rc::clone(&inner);
        let (a, b, c, d, e) = (held(), held(), held(), held(), held());
        set_timeout(ms(60_000), move || drop(Rc::clone(&a)));
        next_tick(move || drop(b));
        set_immediate(move || drop(c));
        close(move || drop(d));
        drop(spawn(async move {
            pending::<()>().await;
            drop(e);
        }));
        exit(0);
    })
    .into_result()
    .unwrap();

    assert_eq!(Rc::strong_count(&witness), 1);
}
