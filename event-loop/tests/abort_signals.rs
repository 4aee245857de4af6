//! Signals: when their listeners' errors are reported, what they keep, and what is withdrawn.

mod support;

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use event_loop::*;
use support::{Log, on_virtual_clock};

const MS: Duration = Duration::from_millis(1);

#[test]
fn an_error_of_an_abort_listener_is_reported_in_a_tick() {
    let log = Log::default();
    let lines = log.clone();

    let exit = on_virtual_clock().run_script(move || {
        on_uncaught(lines.error("caught"));
        set_immediate(move || {
            let controller = AbortController::new();
            next_tick(lines.line("tick before"));
            let first = lines.line("first");
            controller.signal().on_abort(move || {
                first();
                Err::<(), _>("it failed")
            });
            controller.signal().on_abort(lines.line("second"));
            controller.abort("");
            lines.line("after abort")();
            next_tick(lines.line("tick after"));
        });
    });

    let expected = [
        "first",
        "second",
        "after abort",
        "tick before",
        "caught it failed",
        "tick after",
    ];
    assert_eq!(
        (exit.code(), log.lines()),
        (0, expected.map(str::to_owned).to_vec())
    );
}

#[test]
fn a_listener_of_uncaught_errors_may_give_a_signal_whose_listener_fails() {
    let log = Log::default();
    let lines = log.clone();

    let exit = on_virtual_clock().run_script(move || {
        let controller = AbortController::new();
        let listener = lines.line("abort listener");
        controller.signal().on_abort(move || {
            listener();
            Err::<(), _>("second")
        });
        let mut caught = lines.error("caught");
        on_uncaught(move |error| {
            caught(error);
            controller.abort("");
        });
        set_timeout(MS, || Err::<(), _>("first"));
        set_timeout(5 * MS, lines.line("alive"));
    });

    let expected = ["caught first", "abort listener", "caught second", "alive"];
    assert_eq!(
        (exit.code(), log.lines()),
        (0, expected.map(str::to_owned).to_vec())
    );
}

#[test]
fn without_a_handler_the_tick_before_still_runs() {
    let log = Log::default();
    let lines = log.clone();

    let exit = run_script(move || {
        let controller = AbortController::new();
        next_tick(lines.line("tick before"));
        controller.signal().on_abort(|| Err::<(), _>("it failed"));
        controller.abort("");
        next_tick(lines.line("never"));
    });

    assert_eq!(
        (exit.code(), log.lines()),
        (1, vec!["tick before".to_owned()])
    );
}

#[test]
fn a_signal_that_was_given_before_costs_a_turn() {
    let log = Log::default();
    let lines = log.clone();

    run_script(move || {
        let guarded = AbortSignal::aborted("").guard(ready(()));
        let aborted = lines.line("aborted");
        drop(spawn(async move {
            assert!(guarded.await.is_err());
            aborted();
        }));
        next_tick(lines.line("tick"));
        lines.line("sync end")();
    })
    .into_result()
    .unwrap();

    assert_eq!(log.lines(), ["sync end", "tick", "aborted"]);
}

#[test]
fn a_guard_leaves_no_listener_behind() {
    let count = if support::soak() { 2_000_000 } else { 50_000 };
    let held = Rc::new(());
    let inner = Rc::clone(&held);

    run(async move {
        let controller = AbortController::new();
        let signal = controller.signal();
        signal.guard(ready(())).await?;
        let before = support::resident_kib();
        for _ in 0..count {
            signal.guard(ready(())).await?;
        }
        let grown = support::resident_kib().saturating_sub(before);
        assert!(grown < 4096, "{grown} KiB");
        drop(inner);
        Ok::<_, Error>(())
    })
    .into_result()
    .unwrap();

    assert_eq!(Rc::strong_count(&held), 1);
}

#[test]
fn the_timer_of_a_dropped_signal_goes_with_it() {
    let count = if support::soak() { 1_000_000 } else { 20_000 };

    run_script(move || {
        drop(AbortSignal::timeout(3600 * 1000 * MS));
        let before = support::resident_kib();
        for _ in 0..count {
            drop(AbortSignal::timeout(3600 * 1000 * MS));
        }
        let grown = support::resident_kib().saturating_sub(before);
        assert!(grown < 4096, "{grown} KiB");
    })
    .into_result()
    .unwrap();
}

#[test]
fn a_signal_of_which_only_a_listener_is_left_is_given_all_the_same() {
    let log = Log::default();
    let lines = log.clone();

    on_virtual_clock()
        .run_script(move || {
            AbortSignal::timeout(5 * MS).on_abort(lines.line("timeout"));
            AbortSignal::any([AbortSignal::timeout(6 * MS)]).on_abort(lines.line("any"));
            AbortSignal::timeout(7 * MS)
                .on_abort(lines.line("removed"))
                .remove();
            set_timeout(10 * MS, || ());
        })
        .into_result()
        .unwrap();

    assert_eq!(log.lines(), ["timeout", "any"]);
}

#[test]
fn any_comes_with_the_first_and_lets_go_of_the_others() {
    let witness = Rc::new(());
    let kept = Rc::clone(&witness);
    let first = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&first);

    run_script(move || {
        let (one, other) = (AbortController::new(), AbortController::new());
        let both = AbortSignal::any([one.signal(), other.signal()]);
        both.on_abort(move || drop(kept));
        other.abort("other");
        one.abort("one");
        *seen.borrow_mut() = both.error().map(|error| error.root_cause().to_string());
        assert!(AbortSignal::any([both]).throw_if_aborted().is_err());
    })
    .into_result()
    .unwrap();

    assert_eq!(first.take().as_deref(), Some("other"));
    assert_eq!(Rc::strong_count(&witness), 1);
}

#[test]
fn listeners_of_a_signal_that_can_no_longer_be_given_are_dropped() {
    let witness = Rc::new(Cell::new(0));
    let (kept, controller) = (Rc::clone(&witness), AbortController::new());
    let signal = AbortSignal::any([controller.signal()]);
    signal.on_abort(move || kept.set(1));

    drop((signal, controller));

    assert_eq!((Rc::strong_count(&witness), witness.get()), (1, 0));
}

#[test]
fn a_signal_ends_what_it_guards_and_drops_it() {
    let exit = on_virtual_clock().run(async {
        let controller = AbortController::new();
        let signal = controller.signal();
        let nap = signal.guard(sleep(Duration::from_secs(3600)));
        set_timeout(5 * MS, move || controller.abort("enough"));

        let error = nap.await.unwrap_err();

        assert!(matches!(&error, Error::Aborted(reason) if reason.to_string() == "enough"));
        assert_eq!(elapsed(), 5 * MS);
        on_exit(|_| assert_eq!(elapsed(), 5 * MS));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_deadline_does_not_hold_the_loop() {
    let exit = on_virtual_clock().run(async {
        let deadline = AbortSignal::timeout(Duration::from_secs(3600));
        assert!(deadline.guard(sleep(MS)).await.is_ok());
        on_exit(|_| assert_eq!(elapsed(), MS));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn aborting_inside_a_listener_is_the_second_call_and_changes_nothing() {
    let exit = run(async {
        let controller = Rc::new(AbortController::new());
        let again = Rc::clone(&controller);
        controller.signal().on_abort(move || again.abort("second"));

        controller.abort("first");

        let Some(Error::Aborted(reason)) = controller.signal().error() else {
            panic!()
        };
        assert_eq!(reason.to_string(), "first");
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}
