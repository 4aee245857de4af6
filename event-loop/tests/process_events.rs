//! Exit codes, listeners and errors at the end: each as Node 22, 24 and 26 have it.

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use event_loop::*;
use support::{Log, on_virtual_clock};

const MS: Duration = Duration::from_millis(1);

#[test]
fn an_exit_listener_that_fails_keeps_the_code_that_was_set_and_ends_the_round() {
    let log = Log::default();
    let lines = log.clone();

    let exit = run_script(move || {
        on_exit(|_| {
            set_exit_code(4);
            Err::<(), _>("in exit")
        });
        on_exit(lines.code("never"));
    });

    assert_eq!((exit.code(), log.lines()), (4, Vec::new()));
    assert_eq!(
        run_script(|| {
            let _ = on_exit(|_| Err::<(), _>("x"));
        })
        .code(),
        1
    );
}

#[test]
fn exit_in_a_listener_of_errors_calls_no_later_one() {
    let log = Log::default();
    let lines = log.clone();

    let exit = run_script(move || {
        on_uncaught(|_| exit(5));
        on_uncaught(lines.error("never"));
        on_exit(lines.code("exit"));
        Err::<(), _>("thrown")
    });

    assert_eq!((exit.code(), log.lines()), (5, vec!["exit 5".to_owned()]));
}

#[test]
fn exit_in_an_exit_listener_calls_no_later_one() {
    let log = Log::default();
    let lines = log.clone();

    let exit = run_script(move || {
        on_exit(|_| exit(5));
        on_exit(lines.code("never"));
    });

    assert_eq!((exit.code(), log.lines()), (5, Vec::new()));
}

#[test]
fn a_listener_of_uncaught_errors_that_fails_ends_with_7_and_without_exit_listeners() {
    let log = Log::default();
    let lines = log.clone();

    let exit = on_virtual_clock().run_script(move || {
        on_uncaught(|_| Err::<(), _>("again"));
        on_exit(lines.code("never"));
        set_timeout(MS, || Err::<(), _>("first"));
        set_timeout(MS, lines.line("never"));
    });

    assert_eq!((exit.code(), log.lines()), (7, Vec::new()));
}

#[test]
fn a_main_that_fails_is_reported_after_the_microtasks_that_were_queued() {
    for (waits, expected) in [(false, 4), (true, 5)] {
        let log = Log::default();
        let lines = log.clone();

        let exit = on_virtual_clock().run(async move {
            on_uncaught(lines.error("caught"));
            if waits {
                let (turn, resolver) = Promise::pending();
                set_immediate(move || resolver.resolve(()));
                turn.await?;
            }
            hop(lines.clone(), 8);
            next_tick(lines.line("tick"));
            Err::<(), BoxError>("main".into())
        });

        let lines = log.lines();
        assert_eq!(exit.code(), 0);
        assert_eq!(
            lines.iter().position(|line| line == "caught main"),
            Some(expected)
        );
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (10, "tick"));
    }
}

fn hop(log: Log, left: u32) {
    if left > 0 {
        queue_microtask(move || {
            log.line("micro")();
            hop(log, left - 1);
        });
    }
}

#[test]
fn listeners_are_called_once_or_removed() {
    let log = Log::default();
    let lines = log.clone();

    let exit = on_virtual_clock().run_script(move || {
        on_before_exit(lines.code("once")).once();
        on_before_exit(lines.code("removed")).remove();
        let mut rounds = 0;
        let again = lines.line("again");
        on_before_exit(move |_| {
            rounds += 1;
            again();
            match rounds {
                1 => drop(set_timeout(MS, || ())),
                _ => {
                    set_exit_code(3);
                    remove_all_listeners(ProcessEvent::Exit);
                }
            }
        });
        on_exit(lines.code("never"));
        assert_eq!(exit_code(), None);
    });

    assert_eq!(
        (exit.code(), log.lines().join(" ")),
        (3, "once 0 again again".to_owned())
    );
}

#[test]
fn exit_without_a_code_takes_the_one_that_was_set() {
    let exit = run_script(|| {
        set_exit_code(3);
        exit(None);
        set_immediate(|| unreachable!());
    });

    assert_eq!(exit.code(), 3);
}

#[test]
fn exit_inside_a_callback_lets_it_return_and_runs_nothing_else() {
    let log: Rc<RefCell<Vec<&str>>> = Rc::default();
    let lines = Rc::clone(&log);

    let exit = run_script(move || {
        let say = move |line| lines.borrow_mut().push(line);
        let late = say.clone();
        on_exit(move |_| late("exit"));
        set_immediate(move || {
            next_tick(|| unreachable!("a tick"));
            queue_microtask(|| unreachable!("a microtask"));
            set_immediate(|| unreachable!("an immediate"));
            exit(5);
            say("the callback goes on");
        });
        set_immediate(|| unreachable!("the next of the batch"));
    });

    assert_eq!(*log.borrow(), ["the callback goes on", "exit"]);
    assert_eq!(exit.code(), 5);
}

#[test]
fn a_panic_in_a_callback_is_an_uncaught_error() {
    let seen: Rc<RefCell<Vec<String>>> = Rc::default();
    let errors = Rc::clone(&seen);

    let exit = run_script(move || {
        on_uncaught(move |error| errors.borrow_mut().push(error.to_string()));
        set_timeout(MS, || assert!(MS > 2 * MS, "so what"));
        next_tick(|| assert!(MS > 2 * MS, "now what"));
    });

    assert_eq!(*seen.borrow(), ["panicked: now what", "panicked: so what"]);
    assert_eq!(exit.code(), 0);
}

#[test]
fn an_error_in_the_listener_for_errors_ends_the_loop_with_7() {
    let exit = run_script(|| {
        on_uncaught(|_| Err::<(), _>("worse"));
        next_tick(|| Err::<(), _>("bad"));
    });

    assert_eq!(exit.code(), 7);
}

#[test]
fn an_exit_listener_has_the_last_word_about_the_code() {
    let exit = run_script(|| {
        on_exit(|code| set_exit_code(code + 1));
        exit(8);
    });

    assert_eq!(exit.code(), 9);
}

#[test]
fn ticks_of_an_exit_listener_never_run_but_microtasks_do() {
    let log: Rc<RefCell<Vec<&str>>> = Rc::default();
    let lines = Rc::clone(&log);

    run_script(move || {
        on_exit(move |_| {
            next_tick(|| unreachable!());
            let lines = Rc::clone(&lines);
            queue_microtask(move || lines.borrow_mut().push("microtask"));
        });
    })
    .into_result()
    .unwrap();

    assert_eq!(*log.borrow(), ["microtask"]);
}

#[test]
fn a_listener_outside_a_loop_is_refused_and_one_of_a_loop_that_has_ended_does_nothing() {
    let kept: Rc<RefCell<Option<Listener>>> = Rc::default();
    let own = Rc::clone(&kept);
    let _ = run_script(move || *own.borrow_mut() = Some(on_exit(|_| ())));

    let exit = run_script(move || {
        on_exit(|_| set_exit_code(6));
        kept.take().unwrap().remove();
    });

    assert_eq!(exit.code(), 6);
    assert!(std::panic::catch_unwind(|| drop(on_exit(|_| ()))).is_err());
}

#[test]
fn listeners_are_dropped_when_the_loop_ends() {
    let witness = Rc::new(());

    let inner = Rc::clone(&witness);
    run_script(move || {
        on_uncaught(move |_| drop(Rc::clone(&inner)));
    })
    .into_result()
    .unwrap();

    assert_eq!(Rc::strong_count(&witness), 1);
}
