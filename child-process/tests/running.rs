//! Commands that are awaited: what comes back, in time and within bounds.

#[path = "support/limits.rs"]
mod limits;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use child_process::{Error, Exit, Signal, SpawnError, Stdio, exec, exec_file};
use limits::limits;

/// Any time, however short, lasts for a turn of the runtime.
const ONE_TURN: Duration = Duration::from_millis(1);

async fn failing(command: child_process::Command) -> Error {
    command.await.expect_err("this fails")
}

/// Runs a line with a time limit that is over after it has printed something.
async fn late_after_its_first_line(line: &str) -> Error {
    for limit in limits() {
        let patient = exec(line).timeout(limit).grace(Duration::from_secs(60));
        let error = failing(patient).await;
        if !error.output().unwrap().stdout.is_empty() {
            return error;
        }
    }
    unreachable!("the limits have no end")
}

#[tokio::test]
async fn both_streams_are_captured_whatever_their_size_and_order() {
    for line in [
        "seq 1 40000; seq 1 50000 >&2",
        "seq 1 50000 >&2; seq 1 40000",
        "seq 1 40000 & seq 1 50000 >&2; wait",
    ] {
        let output = exec(line).await.unwrap();

        assert_eq!(
            (output.stdout.len(), output.stderr.len()),
            (228_894, 288_894),
            "{line}"
        );
    }
}

#[tokio::test]
async fn failures_keep_what_was_written_and_say_it_as_node_does() {
    let error = failing(exec("echo kept; echo bad >&2; exit 42")).await;

    assert_eq!(
        error.to_string(),
        "Command failed: echo kept; echo bad >&2; exit 42\nbad\n"
    );
    assert_eq!(
        (error.code(), error.signal(), error.killed()),
        (Some(42), None, false)
    );
    assert_eq!(error.output().unwrap().stdout, b"kept\n");

    let error = failing(exec("kill -TERM $$")).await;

    assert_eq!(
        (error.code(), error.signal().as_deref(), error.killed()),
        (None, Some("SIGTERM"), false)
    );
}

#[tokio::test]
async fn unchecked_takes_any_end_for_an_output() {
    let output = exec("exit 7").unchecked().await.unwrap();
    assert_eq!(output.exit, Exit::Code(7));

    let output = exec("kill -34 $$").unchecked().await.unwrap();
    assert_eq!(output.exit, Exit::Signal(34));
    assert_eq!(output.exit.signal_name().as_deref(), Some("SIG34"));
}

#[tokio::test]
async fn a_program_and_a_directory_that_are_missing_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    std::fs::write(&script, "#!/no/such/interpreter\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();

    for (command, text, is_directory) in [
        (
            exec_file("no-such-program", ["a"]),
            "spawn no-such-program ENOENT",
            false,
        ),
        (
            exec_file("true", [""; 0]).cwd("/no/such"),
            "spawn true ENOENT",
            true,
        ),
        (
            exec_file("true", [""; 0]).cwd("/etc/passwd"),
            "spawn true ENOTDIR",
            true,
        ),
        (exec("true").cwd("/no/such"), "spawn /bin/sh ENOENT", true),
        (
            exec_file("/etc/passwd", [""; 0]),
            "spawn /etc/passwd EACCES",
            false,
        ),
        (exec_file("a\0b", [""; 0]), "spawn a\0b EINVAL", false),
        (
            exec_file(&script, [""; 0]),
            &format!("spawn {} ENOENT", script.display()),
            false,
        ),
    ] {
        let error = failing(command).await;

        assert_eq!(error.to_string(), text);
        let Error::Spawn { cause, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!(
            matches!(cause, SpawnError::NoDirectory { .. }),
            is_directory,
            "{cause}"
        );
    }
}

#[tokio::test]
async fn the_environment_is_ours_changed_or_only_what_is_set() {
    let env = |command: child_process::Command| async {
        command.await.unwrap().stdout_text().into_owned()
    };

    assert_eq!(
        env(exec("echo $A $B")
            .env("A", "1")
            .env("B", "2")
            .env("A", "3")
            .env_remove("B"))
        .await,
        "3\n"
    );
    let alone = exec_file("/usr/bin/env", [""; 0])
        .env("GONE", "1")
        .env_clear()
        .env("A", "1");
    assert_eq!(env(alone).await, "A=1\n");
}

#[tokio::test]
async fn the_program_is_looked_up_in_the_path_that_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let tool = folder.path().join("tool");
    std::fs::write(&tool, "#!/bin/sh\necho ours \"$0\"\n").unwrap();
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();

    let output = exec_file("tool", [""; 0])
        .env("PATH", folder.path())
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), format!("ours {}\n", tool.display()));

    let error = failing(exec_file("ls", [""; 0]).env("PATH", folder.path())).await;
    assert_eq!(error.to_string(), "spawn ls ENOENT");
    exec_file("ls", [""; 0])
        .env_clear()
        .await
        .expect("/bin/ls, without any PATH");
}

#[tokio::test]
async fn arguments_go_as_they_are_and_through_a_shell_unquoted() {
    let args = ["%s|", "$HOME", "a b", ";echo no", "*", ""];
    let output = exec_file("printf", args).await.unwrap();
    assert_eq!(output.stdout_text(), "$HOME|a b|;echo no|*||");

    let output = exec_file("printf", ["%s,", "a b", "$((2+3))"])
        .shell("/bin/sh")
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), "a,b,5,");

    let output = exec_file("sh", ["-c", "echo $0"])
        .arg0("other")
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), "other\n");
}

#[tokio::test]
async fn input_is_fed_while_output_is_read_and_need_not_be_taken() {
    let much = vec![b'x'; 3 << 20];
    let output = exec("cat")
        .input(much.clone())
        .max_buffer(4 << 20)
        .await
        .unwrap();
    assert_eq!(output.stdout, much);

    let output = exec("head -c 3; echo done")
        .input(much.clone())
        .await
        .unwrap();
    assert_eq!(output.stdout, b"xxxdone\n");
    assert!(exec("true").input(much).await.is_ok());
    assert_eq!(
        exec("cat").await.unwrap().stdout,
        b"",
        "stdin is nothing unless it is given"
    );
    let piped = exec("cat").stdin(Stdio::Piped).await.unwrap();
    assert_eq!(piped.stdout, b"", "a pipe without input is at its end");
}

#[tokio::test]
async fn too_much_output_ends_the_run_and_exactly_the_limit_is_kept() {
    for limit in [0, 1, 5, 65_536, 100_000] {
        let error = failing(exec("yes").max_buffer(limit)).await;

        assert_eq!(error.to_string(), "stdout maxBuffer length exceeded");
        assert!(error.killed());
        assert_eq!(error.output().unwrap().stdout.len(), limit);
    }
    let error = failing(exec("yes >&2").max_buffer(10)).await;
    assert_eq!(error.to_string(), "stderr maxBuffer length exceeded");
    assert_eq!(
        exec("printf 12345").max_buffer(5).await.unwrap().stdout,
        b"12345"
    );
}

#[tokio::test]
async fn last_words_after_the_signal_are_kept() {
    let line = "trap 'echo bye; exit 9' TERM; echo up; while :; do sleep 0.01; done";
    let error = late_after_its_first_line(line).await;

    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert_eq!(error.output().unwrap().stdout, b"up\nbye\n");
    assert_eq!(error.code(), Some(9));
}

#[tokio::test]
async fn a_time_that_is_over_is_an_error_even_if_the_child_ends_well() {
    let line = "trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done";
    let error = late_after_its_first_line(line).await;

    assert!(
        matches!(error, Error::TimedOut { .. }) && error.code() == Some(0),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_cancelled_run_ends_with_what_it_has_written() {
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let command = exec("echo up; sleep 100").cancel_on(async { drop(cancelled.await) });
    let (outcome, ()) = tokio::join!(command.into_future(), async { cancel.send(()).unwrap() });

    let error = outcome.unwrap_err();
    assert_eq!(error.to_string(), "The operation was aborted");
    assert_eq!(error.signal().as_deref(), Some("SIGTERM"));
    let error = failing(exec("sleep 100").cancel_on(async {})).await;
    assert!(
        matches!(error, Error::Aborted { .. }),
        "cancelled before it began"
    );
}

#[tokio::test]
async fn signals_are_passed_on_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let line = "trap 'echo got it; exit 0' USR1; touch ready; while :; do sleep 0.01; done";
    let command = exec(line).cwd(folder.path()).forward(receive);
    let sending = async {
        while !ready.exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        send.send(Signal::SIGUSR1).unwrap();
    };
    let (outcome, ()) = tokio::join!(command.into_future(), sending);

    assert_eq!(outcome.unwrap().stdout_text(), "got it\n");
}

#[tokio::test]
async fn signals_are_passed_on_during_the_grace_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let ready = folder.path().join("ready");
    let line =
        "trap 'touch told' TERM; trap 'exit 5' USR1; touch ready; while :; do sleep 0.01; done";
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let command = exec(line).cwd(folder.path()).forward(receive);
    let command = command
        .cancel_on(async { drop(cancelled.await) })
        .grace(Duration::from_secs(60));
    let sending = async {
        while !ready.exists() {
            tokio::time::sleep(ONE_TURN).await;
        }
        cancel.send(()).unwrap();
        while !told.exists() {
            tokio::time::sleep(ONE_TURN).await;
        }
        send.send(Signal::SIGUSR1).unwrap();
    };
    let (outcome, ()) = tokio::join!(command.into_future(), sending);

    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::Aborted(_)), "{error:?}");
    assert_eq!(error.code(), Some(5));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn who_holds_the_pipe_is_waited_for_or_not_as_was_asked() {
    let line = "(cat <&3; echo late) & echo early";
    let command = exec(line).stdio(3, Stdio::Piped);
    let mut child = command.spawn().await.unwrap();
    let (gate, pid) = (child.take_socket(3), child.pid());
    let open_after_the_end = async {
        let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        while !stat().contains("(sh) Z") {
            tokio::time::sleep(ONE_TURN).await;
        }
        // In the next turns, the run sees it as well.
        for _ in 0..10 {
            tokio::time::sleep(ONE_TURN).await;
        }
        drop(gate);
    };
    let (output, ()) = tokio::join!(child.wait_with_output(), open_after_the_end);
    assert_eq!(output.unwrap().stdout_text(), "early\nlate\n");

    let line = "sleep 100 & echo $!";
    let output = exec(line)
        .pipe_timeout(Duration::from_millis(50))
        .await
        .unwrap();
    let holder = output.stdout_text().trim().parse().unwrap();
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(holder), Signal::SIGKILL).unwrap();
}

#[test]
fn a_blocking_run_is_the_same_run() {
    let output = exec("echo now").run_blocking().unwrap();
    assert_eq!(output.stdout, b"now\n");

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let inside = runtime.block_on(async { exec("echo inside").run_blocking() });
    assert_eq!(inside.unwrap().stdout, b"inside\n");
}

#[tokio::test]
async fn a_program_that_is_still_written_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let tool = folder.path().join("tool");
    std::fs::copy("/bin/true", &tool).unwrap();
    let writer = std::fs::File::options().append(true).open(&tool).unwrap();
    let mut run = exec_file(&tool, [""; 0]).into_future();
    // No time at all is one look, and so one try.
    let first_try = tokio::time::timeout(Duration::ZERO, &mut run).await;
    assert!(first_try.is_err(), "{first_try:?}");

    drop(writer);

    let outcome = run.await;
    assert!(outcome.is_ok(), "{outcome:?}");
}
