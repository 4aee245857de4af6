//! tokio's own types on our loop: unchanged, and in the poll phase. And the pool of threads.

use std::cell::{Cell, RefCell};
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::mpsc as blocking;
use std::time::Duration;

use event_loop::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

type Log = Rc<RefCell<Vec<&'static str>>>;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn sockets_echo() {
    let exit = run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = spawn(async move {
            let (mut socket, _) = listener.accept().await?;
            let (mut from, mut to) = socket.split();
            tokio::io::copy(&mut from, &mut to).await
        });
        let mut socket = TcpStream::connect(address).await?;
        let mut answer = [0; 5];
        for _ in 0..500 {
            socket.write_all(b"hello").await?;
            socket.read_exact(&mut answer).await?;
        }
        drop(socket);
        assert_eq!(server.await?, 2500);
        Ok::<_, BoxError>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_channel_that_another_thread_holds_holds_the_loop() {
    let got = Rc::new(Cell::new(0));
    let seen = Rc::clone(&got);

    run(async move {
        let (sender, mut receiver) = mpsc::channel(1);
        std::thread::spawn(move || {
            for n in 1..=100 {
                sender.blocking_send(n).unwrap();
            }
        });
        while let Some(n) = receiver.recv().await {
            seen.set(n);
        }
    })
    .into_result()
    .unwrap();

    assert_eq!(got.get(), 100);
}

#[test]
fn tokio_files_and_timers_work() {
    let exit = run(async {
        let text = tokio::fs::read_to_string("Cargo.toml").await?;
        assert!(text.contains("event-loop"));
        tokio::time::sleep(ms(2)).await;
        tokio::spawn(async { 1 }).await?;
        Ok::<_, BoxError>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn what_arrives_goes_on_in_a_microtask_of_the_poll_phase() {
    let log = Log::default();
    let lines = Rc::clone(&log);

    run(async move {
        let (sender, receiver) = oneshot::channel();
        let thread = std::thread::spawn(move || sender.send(()));
        let _ = receiver.await;
        let say = |line| {
            let lines = Rc::clone(&lines);
            move || lines.borrow_mut().push(line)
        };
        next_tick(say("tick"));
        queue_microtask(say("microtask"));
        set_timeout(ms(0), say("timers"));
        set_immediate(say("check"));
        thread.join().unwrap().unwrap();
    })
    .into_result()
    .unwrap();

    assert_eq!(*log.borrow(), ["microtask", "tick", "check", "timers"]);
}

#[test]
fn a_wake_on_the_same_thread_is_a_microtask() {
    let log = Log::default();
    let lines = Rc::clone(&log);

    run(async move {
        let say = |line| {
            let lines = Rc::clone(&lines);
            move || lines.borrow_mut().push(line)
        };
        let (sender, receiver) = oneshot::channel::<()>();
        let woken = say("woken");
        drop(spawn(async move {
            let _ = receiver.await;
            woken();
        }));
        set_immediate(say("check"));
        next_tick(say("tick"));
        let _ = sender.send(());
    })
    .into_result()
    .unwrap();

    assert_eq!(*log.borrow(), ["woken", "tick", "check"]);
}

#[test]
fn a_callback_may_block_on_a_runtime_of_its_own() {
    let exit = run_script(|| {
        set_immediate(|| {
            let other = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            assert_eq!(other.block_on(async { 7 }), 7);
        });
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_pool_of_two_runs_two_jobs_at_a_time() {
    let two = NonZeroUsize::new(2).unwrap();
    let exit = Builder::new().pool(two).run(async {
        let (started, starts) = blocking::channel();
        let mut gates = Vec::new();
        let mut jobs = Vec::new();
        for n in 0..3 {
            let (gate, opened) = blocking::channel::<()>();
            let started = started.clone();
            gates.push(gate);
            jobs.push(spawn_blocking(move || {
                started.send(n).unwrap();
                let _ = opened.recv();
            }));
        }
        let first_two = [starts.recv()?, starts.recv()?];
        assert_eq!(first_two.iter().sum::<i32>(), 1);
        assert!(
            starts.recv_timeout(ms(20)).is_err(),
            "the third has no thread"
        );
        gates.clear();
        assert_eq!(starts.recv()?, 2);
        for job in jobs {
            job.await?;
        }
        Ok::<_, BoxError>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn results_of_the_pool_are_handed_on_one_by_one() {
    let log = Log::default();
    let lines = Rc::clone(&log);

    run_script(move || {
        let (done, both) = blocking::channel();
        for (callback, tick) in [("a", "tick of a"), ("b", "tick of b")] {
            let (done, lines) = (done.clone(), Rc::clone(&lines));
            let job = move || done.send(()).unwrap();
            spawn_blocking_with(job, move |_| {
                lines.borrow_mut().push(callback);
                next_tick(move || lines.borrow_mut().push(tick));
            });
            // One after the other, so that the order is certain.
            both.recv().unwrap();
            std::thread::yield_now();
        }
    })
    .into_result()
    .unwrap();

    let log = log.borrow();
    let expected = [
        ["a", "tick of a", "b", "tick of b"],
        ["b", "tick of b", "a", "tick of a"],
    ];
    assert!(
        expected.iter().any(|order| log.as_slice() == order),
        "{log:?}"
    );
}

#[test]
fn a_panic_in_the_pool_is_an_error() {
    let exit = run(async {
        let error = spawn_blocking(|| assert!(ms(1) > ms(2), "in the pool"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Panicked(text) if text == "in the pool"));
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn exit_does_not_wait_for_a_job_that_never_returns() {
    let (gate, opened) = blocking::channel::<()>();

    let exit = run_script(move || {
        drop(spawn_blocking(move || opened.recv()));
        exit(3);
    });

    assert_eq!(exit.code(), 3);
    drop(gate);
}

#[test]
fn a_virtual_clock_stands_still_while_the_pool_works() {
    let exit = Builder::new().clock(Clock::Virtual).run(async {
        set_timeout(Duration::from_secs(60), || ());
        spawn_blocking(|| std::thread::sleep(ms(5))).await?;
        assert_eq!(elapsed(), Duration::ZERO);
        Ok::<_, Error>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn a_waker_that_outlives_the_loop_does_nothing() {
    let (sender, receiver) = oneshot::channel::<()>();

    run_script(move || {
        drop(spawn(async move {
            let _ = receiver.await;
        }));
        exit(0);
    })
    .into_result()
    .unwrap();

    assert!(sender.send(()).is_err());
}
