//! A child is ended with everything that it has started, however it resists.
#![cfg(target_os = "linux")]

#[path = "support/limits.rs"]
mod limits;
#[path = "support/processes.rs"]
mod processes;

use std::time::Duration;

use child_process::{Error, exec};
use limits::limits;
use processes::{DEADLINE, bearers, running, until};

/// Ignores the signal, as does what it has started, which holds the pipe as well.
const STUBBORN: &str =
    "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo up; while :; do sleep 1; done";

#[tokio::test]
async fn whoever_ignores_the_signal_is_killed_with_all_its_family() {
    let rounds = if std::env::var_os("SOAK").is_some() {
        200
    } else {
        2
    };
    for round in 0..rounds {
        let marker = format!("FAMILY={}-{round}", std::process::id());
        let (name, value) = marker.split_once('=').unwrap();
        for limit in limits() {
            let error = exec(STUBBORN)
                .env(name, value)
                .timeout(limit)
                .grace(Duration::from_millis(200))
                .await
                .unwrap_err();

            assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
            // Those that were adopted are reaped by others; they are dead all the same.
            until("all are dead", || bearers(&marker) == 0);
            // Before, it may not ignore the signal.
            if error.output().unwrap().stdout == b"up\n" {
                assert_eq!(error.signal().as_deref(), Some("SIGKILL"));
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_nobody() {
    let marker = format!("DROPPED={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    {
        let mut run = std::pin::pin!(exec(STUBBORN).env(name, value).into_future());
        // No time at all is one look, which starts it.
        let first_look = tokio::time::timeout(Duration::ZERO, &mut run).await;
        assert!(first_look.is_err(), "{first_look:?}");
        while running(&marker, "(sh)") < 2 {
            assert!(
                tokio::time::timeout(Duration::from_millis(5), &mut run)
                    .await
                    .is_err()
            );
        }
    }
    until("all are dead", || bearers(&marker) == 0);
}

#[tokio::test]
async fn a_child_that_is_dropped_leaves_nobody() {
    let marker = format!("CHILD={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    let child = exec(STUBBORN).env(name, value).spawn().await.unwrap();
    until("both run", || running(&marker, "(sh)") == 2);

    drop(child);

    until("all are dead", || bearers(&marker) == 0);
}

#[tokio::test]
async fn a_child_that_was_looked_at_is_dropped_with_what_it_has_started() {
    let marker = format!("LOOKED_AT={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    let command = exec("sleep 1000 & exit 0").env(name, value);
    let child = command.spawn().await.unwrap();
    until("it has ended", || child.exit_code() == Some(0));

    drop(child);

    until("what it has started is dead", || bearers(&marker) == 0);
}

#[tokio::test]
async fn a_detached_command_keeps_its_limits_when_it_is_dropped() {
    let marker = format!("DETACHED={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let command = exec("sleep 1000").env(name, value).detached();
    let mut run = command
        .cancel_on(async { drop(cancelled.await) })
        .into_future();
    // No time at all is one look, which starts it.
    let first_look = tokio::time::timeout(Duration::ZERO, &mut run).await;
    assert!(first_look.is_err(), "{first_look:?}");

    drop(run);

    tokio::task::yield_now().await;
    until("it runs on", || running(&marker, "(sleep)") == 1);
    cancel.send(()).unwrap();
    let ended = tokio::time::timeout(DEADLINE, async {
        while bearers(&marker) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert!(ended.await.is_ok(), "it is not ended");
}

#[tokio::test]
async fn what_outlives_a_good_end_is_left_alone() {
    let marker = format!("DAEMON={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();

    let output = exec("sleep 1000 > /dev/null 2>&1 & echo $!")
        .env(name, value)
        .await
        .unwrap();

    let daemon: i32 = output.stdout_text().trim().parse().unwrap();
    assert_eq!(bearers(&marker), 1, "as Node does");
    let pid = nix::unistd::Pid::from_raw(daemon);
    nix::sys::signal::kill(pid, child_process::Signal::SIGKILL).unwrap();
    until("it is dead", || bearers(&marker) == 0);
}
