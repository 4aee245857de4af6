//! Exit codes, listeners and errors at the end: each as Node 22, 24 and 26 have it.

mod support;

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
                sleep(5 * MS).await;
            }
            hop(lines.clone(), 8);
            next_tick(lines.line("tick"));
            Err::<(), _>("main")
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
fn promises_that_never_settle_do_not_hold_the_loop_however_many_they_are() {
    for count in [30, 31, 100] {
        let exit = on_virtual_clock().run(async move {
            let all: Vec<_> = (0..count).map(|_| Promise::<()>::pending()).collect();
            let (promises, _resolvers): (Vec<_>, Vec<_>) = all.into_iter().unzip();
            Promise::all(promises).await
        });

        assert_eq!(exit.code(), 13, "{count}");
    }
}

#[test]
fn a_waiting_task_can_be_unrefed() {
    let exit = run(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let server = spawn(async move { listener.accept().await.map(drop) });
        server.unref();
        sleep(MS).await;
        Ok::<_, Error>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn an_interval_begins_with_its_first_item() {
    use futures::StreamExt;

    let exit = on_virtual_clock().run(async {
        let _ = Box::leak(Box::new(interval(MS))); // holds nothing
        let mut items = interval(10 * MS);
        sleep(25 * MS).await;
        items.next().await;
        assert_eq!(elapsed(), 35 * MS);
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn combinators_of_promises_do_what_nodes_do() {
    run(async {
        let value = |n: i32| Promise::resolved(n);
        let fails = |why: &'static str| Promise::<i32>::rejected(why);

        assert_eq!(Promise::all([value(1), value(2)]).await?, [1, 2]);
        assert!(Promise::all([] as [Promise<i32>; 0]).await?.is_empty());
        let error = Promise::all([value(1), fails("no")]).await.unwrap_err();
        assert_eq!(error.root_cause().to_string(), "no");
        let settled = Promise::all_settled([fails("no"), value(2)]).await?;
        assert!(matches!(&settled[..], [Err(_), Ok(2)]));
        assert_eq!(Promise::race([Promise::pending().0, value(3)]).await?, 3);
        assert_eq!(Promise::any([fails("no"), value(4)]).await?, 4);
        let none = Promise::any([fails("a"), fails("b")]).await;
        assert!(matches!(none, Err(Error::AllRejected(errors)) if errors.len() == 2));
        assert_eq!(fails("no").catch(|_| Ok::<_, Error>(5)).await?, 5);
        Ok::<_, Error>(())
    })
    .into_result()
    .unwrap();
}
