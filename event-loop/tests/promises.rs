//! Promises: turns, errors that nobody handles, and signals to give up.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use event_loop::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn a_spawned_future_starts_at_once_as_an_async_function_does() {
    let log: Rc<RefCell<Vec<&str>>> = Rc::default();
    let lines = Rc::clone(&log);

    run_script(move || {
        let inner = Rc::clone(&lines);
        drop(spawn(async move { inner.borrow_mut().push("body") }));
        lines.borrow_mut().push("after the call");
    })
    .into_result()
    .unwrap();

    assert_eq!(*log.borrow(), ["body", "after the call"]);
}

#[test]
fn a_failure_that_nobody_awaits_ends_the_loop() {
    let exit = run(async {
        drop(spawn(async { Err::<(), _>("lost") }));
    });

    assert_eq!(exit.code(), 1);
    assert!(matches!(exit.error(), Some(Error::UnhandledRejection(_))));
}

#[test]
fn a_failure_that_is_awaited_in_the_same_drain_is_handled() {
    let exit = run(async {
        let failed = Promise::<()>::rejected("seen");
        let error = failed.await.unwrap_err();
        assert!(matches!(&error, Error::Rejected(cause) if cause.to_string() == "seen"));
    });

    assert_eq!(exit.code(), 0);
}

#[test]
fn an_error_keeps_its_type_on_its_way_through_promises() {
    let exit = run(async {
        let inner = spawn(async { Err::<(), _>(std::io::Error::other("deep")) });
        let error = spawn(inner).then(|()| ()).await.unwrap_err();
        let Error::Rejected(cause) = error else {
            panic!("{error:?}")
        };
        assert!(cause.is::<std::io::Error>());
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_panic_in_a_task_is_an_error_of_its_promise() {
    let exit = run(async {
        let error = spawn(async { assert!(ms(1) > ms(2), "oh") })
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Panicked(text) if text == "oh"));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_signal_ends_what_it_guards_and_drops_it() {
    let exit = Builder::new().clock(Clock::Virtual).run(async {
        let controller = AbortController::new();
        let signal = controller.signal();
        let nap = signal.guard(sleep(Duration::from_secs(3600)));
        set_timeout(ms(5), move || controller.abort("enough"));

        let error = nap.await.unwrap_err();

        assert!(matches!(&error, Error::Aborted(reason) if reason.to_string() == "enough"));
        assert_eq!(elapsed(), ms(5));
        on_exit(|_| assert_eq!(elapsed(), ms(5)));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_deadline_does_not_hold_the_loop() {
    let exit = Builder::new().clock(Clock::Virtual).run(async {
        let deadline = AbortSignal::timeout(Duration::from_secs(3600));
        assert!(deadline.guard(sleep(ms(1))).await.is_ok());
        on_exit(|_| assert_eq!(elapsed(), ms(1)));
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
