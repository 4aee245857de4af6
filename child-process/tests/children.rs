//! Children that are spawned: what one sees of them while they run, and limits that hold without waiting.

#[path = "support/limits.rs"]
mod limits;
#[path = "support/processes.rs"]
#[expect(dead_code, reason = "the other tests need them")]
mod processes;

use std::time::{Duration, Instant};

use child_process::{Error, Exit, Signal, Stdio, exec, exec_file};
use limits::limits;
use processes::DEADLINE;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_child_may_be_looked_at_while_it_runs_and_after() {
    let mut child = exec("echo first; read -r line; echo \"$line\"; exit 3")
        .spawn()
        .await
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();

    assert_eq!(
        lines.next_line().await.unwrap().as_deref(),
        Some("first"),
        "output as it comes"
    );
    let pid = nix::unistd::Pid::from_raw(child.pid().cast_signed());
    assert_eq!(nix::sys::signal::kill(pid, None), Ok(()), "it is there");
    assert_eq!(
        (child.exit_code(), child.signal_code(), child.killed()),
        (None, None, false)
    );
    assert_eq!(child.try_wait().unwrap(), None);
    stdin.write_all(b"second\n").await.unwrap();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("second"));
    assert_eq!(child.wait().await.unwrap(), Exit::Code(3));
    assert_eq!((child.exit_code(), child.signal_code()), (Some(3), None));
    assert_eq!(child.kill(Signal::SIGTERM), Ok(false), "it has ended");
    assert!(!child.killed());

    // No shell: while dash begins, it may take a SIGINT for itself and lose it.
    let mut child = exec_file("sleep", ["100"]).spawn().await.unwrap();
    assert_eq!(child.kill(Signal::SIGINT), Ok(true));
    assert_eq!(child.wait().await.unwrap(), Exit::Signal(2));
    assert_eq!(
        (child.exit_code(), child.signal_code().as_deref()),
        (None, Some("SIGINT"))
    );
    assert!(child.killed());
}

#[tokio::test]
async fn a_child_gives_its_output_as_an_awaited_command_does() {
    let output = exec("echo out; echo err >&2").spawn().await.unwrap();
    let pid = output.pid();
    let output = output.wait_with_output().await.unwrap();
    assert_eq!(
        (output.pid, &output.stdout[..], &output.stderr[..]),
        (pid, &b"out\n"[..], &b"err\n"[..])
    );

    let error = exec("echo kept; exit 4")
        .spawn()
        .await
        .unwrap()
        .wait_with_output()
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.output().unwrap().stdout_text().as_ref()),
        (Some(4), "kept\n")
    );

    let error = exec("yes")
        .max_buffer(10)
        .spawn()
        .await
        .unwrap()
        .wait_with_output()
        .await
        .unwrap_err();
    assert!(matches!(error, Error::MaxBuffer { .. }), "{error:?}");
}

#[tokio::test]
async fn a_time_limit_holds_for_a_child_that_is_not_waited_for() {
    let mut child = exec("sleep 100").timeout(SHORT).spawn().await.unwrap();
    let mut text = String::new();
    // The pipe closes only when the child is dead.
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .await
        .unwrap();
    assert_eq!(child.wait().await.unwrap(), Exit::Signal(15));
    assert!(child.killed());

    for limit in limits() {
        let command = exec("echo up; sleep 100").timeout(limit);
        let child = command.spawn().await.unwrap();
        let error = child.wait_with_output().await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
        if error.output().unwrap().stdout == b"up\n" {
            break;
        }
    }
}

#[tokio::test]
async fn cancellation_and_input_work_for_a_child() {
    let (cancel, cancelled) = tokio::sync::oneshot::channel::<()>();
    let cancelled = async { drop(cancelled.await) };
    let mut child = exec("sleep 100")
        .cancel_on(cancelled)
        .spawn()
        .await
        .unwrap();
    cancel.send(()).unwrap();
    assert_eq!(child.wait().await.unwrap(), Exit::Signal(15));

    let much = "x".repeat(1 << 20);
    let child = exec("cat")
        .input(much.as_str())
        .max_buffer(2 << 20)
        .spawn()
        .await
        .unwrap();
    assert_eq!(child.wait_with_output().await.unwrap().stdout_text(), much);
}

#[tokio::test]
async fn descriptors_beyond_2_lead_where_they_are_told_to() {
    let mut child = exec("cat <&3 >&4")
        .stdio(3, Stdio::Piped)
        .stdio(4, Stdio::Piped)
        .spawn()
        .await
        .unwrap();
    let (mut three, mut four) = (child.take_socket(3).unwrap(), child.take_socket(4).unwrap());
    three.write_all(b"there and back").await.unwrap();
    three.shutdown().await.unwrap();
    let mut text = String::new();
    four.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "there and back");
    assert!(child.wait().await.unwrap().is_success());

    let file = tempfile::NamedTempFile::new().unwrap();
    exec("echo written >&9")
        .stdio(9, file.reopen().unwrap())
        .await
        .unwrap();
    assert_eq!(std::fs::read(file.path()).unwrap(), b"written\n");
    let refused = exec("true").stdio(3, Stdio::Inherit).await;
    assert!(matches!(refused, Err(Error::Spawn { .. })), "{refused:?}");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_descriptor_beyond_2_may_lead_nowhere() {
    let command = exec("ls -l /proc/self/fd/5").stdio(5, Stdio::Null);
    let output = command.await.unwrap();
    assert!(output.stdout_text().trim().ends_with("/dev/null"));
}

#[tokio::test]
async fn zero_is_no_limit_and_for_ever_does_not_overflow() {
    assert!(exec("sleep 0.1").timeout(Duration::ZERO).await.is_ok());
    for limit in [
        Duration::MAX,
        Duration::MAX / 2,
        Duration::from_secs(u64::MAX / 1000),
    ] {
        let command = exec("sleep 0.1 & echo up")
            .timeout(limit)
            .grace(limit)
            .pipe_timeout(limit);
        assert!(command.await.is_ok(), "{limit:?}");
        let child = exec("true").timeout(limit).spawn().await.unwrap();
        assert!(child.wait_with_output().await.is_ok(), "{limit:?}");
    }
    let began = Instant::now();
    let error = exec("trap '' TERM; sleep 0.5 & wait; sleep 0.3")
        .timeout(SHORT)
        .grace(Duration::MAX)
        .await;
    assert!(
        matches!(error, Err(Error::TimedOut { .. })) && began.elapsed() > SHORT,
        "{error:?}"
    );
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_inside_a_blocking_run_works() {
    let mut run = Box::pin(exec("true").into_future());
    let waker = std::task::Waker::noop();
    let polled = run
        .as_mut()
        .poll(&mut std::task::Context::from_waker(waker));
    assert!(
        matches!(polled, std::task::Poll::Ready(Err(Error::NoRuntime))),
        "{polled:?}"
    );

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let blocking = || exec("echo in").run_blocking();
    let output = runtime.block_on(async { tokio::task::spawn_blocking(blocking).await });
    assert_eq!(output.unwrap().unwrap().stdout, b"in\n");
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn signals_that_are_ignored_here_are_not_ignored_there() {
    let line = "trap '' INT USR1; exec \"$0\" --exact a_child_with_ignored_signals --nocapture";
    let itself = std::env::current_exe().unwrap();
    let output = exec_file("sh", ["-c", line])
        .arg(itself)
        .env("IGNORED", "1")
        .await
        .unwrap();
    let text = output.stdout_text();
    let mask = |name: &str| {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{text}"));
        u64::from_str_radix(line, 16).unwrap()
    };
    let (int, usr1) = (1 << 1, 1 << 9);
    assert_eq!(mask("reset=") & (int | usr1), 0);
    assert_eq!(mask("kept=") & (int | usr1), int | usr1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_child_with_ignored_signals() {
    if std::env::var_os("IGNORED").is_none() {
        return;
    }
    let line = "sed -n 's/SigIgn:[[:space:]]*//p' /proc/self/status";
    let mask = exec(line).run_blocking().unwrap();
    println!("\nreset={}", mask.stdout_text().trim());
    let mask = exec(line).keep_ignored_signals().run_blocking().unwrap();
    println!("kept={}", mask.stdout_text().trim());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_holds_for_what_outlives_a_child_that_ends_at_once() {
    let runs = (0..100).map(|_| {
        let command = exec("sleep 1000 &").timeout(SHORT).grace(SHORT);
        tokio::spawn(command.into_future())
    });
    for run in runs.collect::<Vec<_>>() {
        let outcome = run.await.unwrap();
        assert!(
            matches!(outcome, Err(Error::TimedOut { .. })),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_limit_holds_for_output_that_is_read_after_the_child_has_ended() {
    for limit in limits() {
        let (held, released) = tokio::sync::oneshot::channel::<()>();
        let never = async move {
            let _held = held;
            std::future::pending::<()>().await;
        };
        let command = exec("sleep 1000 & exit 0").timeout(limit).grace(SHORT);
        let child = command.cancel_on(never).spawn().await.unwrap();
        // The supervisor, which holds that future, has returned: it has nothing to wait for, since nothing is read.
        assert!(released.await.is_err());
        if child.killed() {
            // The child has not ended in time.
            continue;
        }

        let outcome = tokio::time::timeout(DEADLINE, child.wait_with_output()).await;

        let outcome = outcome.expect("the limit holds");
        assert!(
            matches!(outcome, Err(Error::TimedOut { .. })),
            "{outcome:?}"
        );
        break;
    }
}

#[tokio::test]
async fn output_that_is_read_long_after_the_end_is_no_timeout() {
    for limit in limits() {
        let command = exec("echo kept").timeout(limit);
        let child = command.spawn().await.unwrap();
        while child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(limit * 2).await;
        if child.killed() {
            // It has not ended in time.
            continue;
        }

        let output = child.wait_with_output().await.unwrap();

        assert_eq!(output.stdout, b"kept\n");
        break;
    }
}
