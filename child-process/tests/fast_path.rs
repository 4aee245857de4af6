//! Starting a process does not copy this one: the kernel is asked for `CLONE_VFORK`, which strace shows.
#![cfg(target_os = "linux")]

use std::process::Command;

/// Runs in a process of its own, under strace.
const ROLE: &str = "CHILD_PROCESS_TEST_ROLE";

#[test]
fn starting_does_not_copy_the_parent() {
    if std::env::var_os(ROLE).is_some() {
        let command = child_process::exec("true").env("A", "1").cwd("/");
        command.run_blocking().unwrap();
        let path = std::env::var_os("PATH").unwrap();
        child_process::exec_file("true", [""; 0])
            .env("PATH", path)
            .run_blocking()
            .unwrap();
        return;
    }
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=clone,clone3,fork,vfork", "-o"])
        .arg(log.path());
    strace
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "starting_does_not_copy_the_parent"]);
    let Ok(output) = strace.env(ROLE, "1").output() else {
        assert!(
            std::env::var_os("REQUIRE_PEERS").is_none(),
            "strace is not installed"
        );
        println!("skipped: strace is not installed");
        return;
    };
    assert!(output.status.success(), "{output:?}");

    let calls = std::fs::read_to_string(log.path()).unwrap();
    // Threads are cloned as well, and share more.
    let processes: Vec<_> = calls
        .lines()
        .filter(|call| call.contains("exit_signal=SIGCHLD") || call.contains("fork("))
        .collect();
    assert_eq!(processes.len(), 2, "{calls}");
    assert!(
        processes.iter().all(|call| call.contains("CLONE_VFORK")),
        "{calls}"
    );
}
