//! A child that this process may not kill: it has changed its user. Needs root, as CI is, and setpriv.
#![cfg(target_os = "linux")]

#[path = "support/limits.rs"]
mod limits;

use std::process::Command;
use std::time::{Duration, Instant};

use child_process::{Error, Exit, exec_file, unreaped};
use limits::limits;
use nix::errno::Errno;

/// Runs in a process of its own, which is root without the right to kill others.
const ROLE: &str = "CHILD_PROCESS_TEST_ROLE";

/// Runs the test again without that right; returns whether this process is the one.
fn is_without_the_right(test: &str) -> bool {
    if std::env::var_os(ROLE).is_some() {
        return true;
    }
    let setpriv = Command::new("setpriv").arg("--version").output();
    if !nix::unistd::geteuid().is_root() || setpriv.is_err() {
        println!("skipped: this needs root and setpriv");
        return false;
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-kill", "--inh-caps", "-kill"]);
    command
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"]);
    let output = command.env(ROLE, "1").output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}

/// Asserts that no more time has passed, with [`BUSY`] added unless `SOAK` says that the machine does nothing else. What
/// waits for the child waits for ever: it ends when the test closes its pipe.
#[track_caller]
fn assert_prompt(began: Instant, limit: Duration) {
    let elapsed = began.elapsed();
    let delay = if std::env::var_os("SOAK").is_some() {
        Duration::ZERO
    } else {
        BUSY
    };
    assert!(elapsed < limit + delay, "{elapsed:?}");
}

/// The longest that a busy machine holds a test up.
const BUSY: Duration = Duration::from_secs(10);

const NOBODY: u32 = 65534;

#[tokio::test]
async fn a_limit_returns_in_time_and_names_the_refusal() {
    if !is_without_the_right("a_limit_returns_in_time_and_names_the_refusal") {
        return;
    }
    // It ends when the pipe does.
    let (read, write) = std::io::pipe().unwrap();
    let command = || {
        let stdin = read.try_clone().unwrap();
        exec_file("sh", ["-c", "echo up; exec cat"])
            .stdin(stdin)
            .uid(NOBODY)
    };
    let grace = Duration::from_millis(300);
    let mut refused = None;
    for limit in limits() {
        let began = Instant::now();
        let error = command().timeout(limit).grace(grace).await.unwrap_err();
        assert_prompt(began, limit + grace + Duration::from_millis(300));
        let Error::NotKilled {
            errno: Errno::EPERM,
            ref output,
        } = error
        else {
            panic!("{error:?}")
        };
        assert!(
            error.to_string().contains("cannot be killed: EPERM"),
            "{error}"
        );
        assert_eq!((output.exit, error.killed()), (Exit::StillRunning, true));
        if output.stdout == b"up\n" {
            refused = Some(output.pid);
            break;
        }
    }
    let pid = refused.unwrap();
    assert!(unreaped().contains(&pid));
    drop(write);
    while unreaped().contains(&pid) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_drop_does_not_wait() {
    if !is_without_the_right("a_drop_does_not_wait") {
        return;
    }
    let (read, write) = std::io::pipe().unwrap();
    let command = || {
        let stdin = read.try_clone().unwrap();
        exec_file("cat", [""; 0]).stdin(stdin).uid(NOBODY)
    };
    let child = command().spawn().await.unwrap();
    let mut run = Box::pin(command().into_future());
    // No time at all is one look, which starts it.
    let first_look = tokio::time::timeout(Duration::ZERO, &mut run).await;
    assert!(first_look.is_err(), "{first_look:?}");

    let began = Instant::now();
    let pid = child.pid();
    drop(child);
    drop(run);

    assert_prompt(began, Duration::from_millis(50));
    assert!(
        unreaped().contains(&pid) && unreaped().len() == 2,
        "{:?}",
        unreaped()
    );
    drop(write);
    while !unreaped().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn the_user_and_the_group_are_those_that_were_asked_for() {
    if !nix::unistd::geteuid().is_root() {
        println!("skipped: this needs root");
        return;
    }
    let ids = exec_file("sh", ["-c", "id -u; id -g; id -G"])
        .uid(NOBODY)
        .gid(NOBODY);
    assert_eq!(ids.await.unwrap().stdout_text(), "65534\n65534\n65534\n");
    let ours = exec_file("id", ["-u"]).await.unwrap();
    assert_eq!(ours.stdout_text(), "0\n", "this process is who it was");
    // Nobody else may look into a temporary folder.
    let folder = tempfile::tempdir().unwrap();
    let error = exec_file(folder.path().join("program"), [""; 0])
        .uid(NOBODY)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Spawn { .. }), "{error:?}");
}
