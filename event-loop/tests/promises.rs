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
fn a_waiting_task_can_be_unrefed() {
    let exit = run(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let server = spawn(async move { listener.accept().await.map(drop) });
        server.unref();
        tokio::time::sleep(ms(1)).await;
        Ok::<_, Error>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}
