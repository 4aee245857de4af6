//! A loop that waits sleeps: the kernel counts how often it was woken.
#![cfg(target_os = "linux")]

use std::time::Duration;

use event_loop::*;
use tokio::net::TcpListener;

/// How often this thread has gone to sleep by itself.
fn sleeps() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("voluntary_ctxt_switches:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

fn nap() -> Duration {
    Duration::from_millis(300)
}

#[test]
fn a_pending_timer_wakes_nobody_before_its_time() {
    let exit = run(async {
        set_timeout(Duration::from_secs(10), || ()).unref();
        sleep(Duration::from_millis(2)).await;
        let before = sleeps();
        sleep(nap()).await;
        let woken = sleeps() - before;
        assert!(woken <= 2, "{woken} times");
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}

#[test]
fn an_open_socket_wakes_nobody() {
    let exit = run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let accepting = spawn(async move { listener.accept().await.map(drop) });
        sleep(Duration::from_millis(2)).await;
        let before = sleeps();
        sleep(nap()).await;
        let woken = sleeps() - before;
        assert!(woken <= 2, "{woken} times");
        drop(accepting);
        exit(0);
        Ok::<_, BoxError>(())
    });

    assert_eq!(exit.code(), 0, "{exit:?}");
}
