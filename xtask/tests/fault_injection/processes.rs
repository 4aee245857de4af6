//! Whatever a program does to us, `verify` goes on, and nothing of it stays behind.

use std::time::{Duration, Instant};

use crate::workspace::{Bench, is_alive};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Waits until a file has been written; its writer has then come so far.
fn wait_for(file: &std::path::Path) -> String {
    let begun = Instant::now();
    loop {
        match std::fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{} never came",
            file.display()
        );
    }
}

/// Sends SIGINT and returns what was printed.
fn interrupted(xtask: std::process::Child) -> std::process::Output {
    let pid = Pid::from_raw(xtask.id().try_into().unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    xtask.wait_with_output().unwrap()
}

#[test]
fn a_sleeper_left_behind_is_a_leak_and_dies() {
    let bench = Bench::new();
    bench.lesson(
        "nap",
        "sleep 1000 >/dev/null 2>&1 & echo ok",
        "echo ok",
        "ok\n",
    );

    bench
        .run("verify --cases-only")
        .expect(1, &["LEAK: Rust left sleep 1000 (pid"])
        .lacks("differs");
}

#[test]
fn a_node_program_that_leaks_is_named() {
    let bench = Bench::new();
    bench.lesson(
        "nap",
        "echo ok",
        "sleep 1000 >/dev/null 2>&1 & echo ok",
        "ok\n",
    );

    bench
        .run("verify --cases-only")
        .expect(1, &["LEAK: Node left sleep 1000 (pid"]);
}

#[test]
fn a_grandchild_that_holds_the_pipe_delays_nothing() {
    let bench = Bench::new();
    bench.lesson("hold", "sleep 1000 & echo ok", "echo ok", "ok\n");

    let ran = bench.run("verify --cases-only");

    ran.expect(1, &["LEAK: Rust left sleep 1000"])
        .lacks("TIMEOUT");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_sleeper_in_a_session_of_its_own_is_found() {
    let bench = Bench::new();
    let flee = "setsid sh -c 'echo $$ >pid; exec sleep 1000' >/dev/null 2>&1 & while ! [ -s pid ]; do sleep 0.01; done; echo ok";
    bench.lesson("flee", flee, "echo ok", "ok\n");

    bench
        .run("verify --cases-only")
        .expect(1, &["LEAK: Rust left", "(pid"])
        .lacks("leftovers");
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_sleeper_that_sheds_session_and_environment_is_found_at_the_end() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    let shown = pid.display();
    let flee = format!(
        "env -i setsid sh -c 'echo $$ >{shown}; exec sleep 1000' >/dev/null 2>&1 & while ! [ -s {shown} ]; do sleep 0.01; done"
    );
    bench.lesson("flee", &flee, "", "");

    let line = "verify --cases-only demo/flee --match fl";
    bench.run(line).expect(
        1,
        &[
            "leftovers",
            "LEAK: some case left",
            "1 passed, 1 failed",
            "again: cargo xtask verify --jobs 1 --cases-only --match fl demo/flee\n",
        ],
    );

    assert!(!is_alive(&wait_for(&pid)));
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_pipe_that_a_stranger_holds_open_is_a_leak() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    let shown = pid.display();
    let hold = format!(
        "env -i setsid sh -c 'echo $$ >{shown}; exec sleep 1000' &
         while ! [ -s {shown} ]; do sleep 0.01; done"
    );
    bench.lesson("hold", &hold, "", "");

    let ran = bench.run("verify --cases-only");

    ran.expect(
        1,
        &[
            "LEAK: Rust left an unknown process that holds its output open",
            "leftovers",
        ],
    );
    assert!(!is_alive(&wait_for(&pid)));
}

#[test]
fn a_sleeper_that_only_sheds_its_environment_is_found() {
    let bench = Bench::new();
    bench.lesson("shed", "env -i sleep 1000 >/dev/null 2>&1 &", "", "");

    bench
        .run("verify --cases-only")
        .expect(1, &["LEAK: Rust left"])
        .lacks("leftovers");
}

#[test]
fn a_program_that_ignores_term_is_killed() {
    let bench = Bench::new();
    bench.lesson("proof", "trap '' TERM; while :; do sleep 1; done", "", "");
    bench.write("demo/examples/proof.toml", "timeout = '300ms'");

    bench
        .run("verify --cases-only")
        .expect(1, &["TIMEOUT: Rust still ran after 300ms"]);
}

#[test]
fn a_grandchild_that_ignores_term_dies_although_its_parent_obeys() {
    let bench = Bench::new();
    bench.lesson(
        "proof",
        "sh -c \"trap '' TERM; while :; do sleep 1; done\" & wait",
        "",
        "",
    );
    bench.write("demo/examples/proof.toml", "timeout = '300ms'");

    bench
        .run("verify --cases-only")
        .expect(1, &["TIMEOUT: Rust"]);
}

#[test]
fn a_program_that_stops_itself_is_killed() {
    let bench = Bench::new();
    bench.lesson("stop", "kill -STOP $$", "", "");
    bench.write("demo/examples/stop.toml", "timeout = '300ms'");

    bench
        .run("verify --cases-only")
        .expect(1, &["TIMEOUT: Rust"]);
}

#[test]
fn unread_input_delays_nothing() {
    let bench = Bench::new();
    bench.write("demo/golden/fixtures/big", vec![b'x'; 1 << 20]);
    bench.command(
        "deaf",
        "stdin_file = 'big'\noracle = 'echo ok'",
        "echo ok",
        "ok\n",
    );
    bench.command(
        "mute",
        "stdin_file = 'big'\ntimeout = '300ms'\nno_oracle = 'x'",
        "exec sleep 1000",
        "",
    );

    bench
        .run("verify --cases-only")
        .expect(1, &["1 passed, 1 failed", "demo/mute: TIMEOUT"]);
}

#[test]
fn more_than_a_pipe_holds_goes_through_in_both_directions() {
    let bench = Bench::new();
    let big = "0123456789abcde\n".repeat(1 << 16);
    bench.write("demo/golden/fixtures/big", &big);
    bench.command(
        "echo",
        "stdin_file = 'big'\nstderr = 'ignore'\noracle = 'cat'",
        "tee /dev/stderr",
        &big,
    );

    bench.run("verify --cases-only").expect(0, &["1 passed"]);
}

#[test]
fn both_streams_are_read_in_whatever_order_they_are_written() {
    let bench = Bench::new();
    let big = "x\n".repeat(100_000);
    bench.write("demo/golden/fixtures/big", &big);
    bench.command(
        "err-first",
        "stderr = 'ignore'\nno_oracle = 'x'",
        "cat big >&2; cat big",
        &big,
    );
    bench.command(
        "out-first",
        "stderr = 'ignore'\nno_oracle = 'x'",
        "cat big; cat big >&2",
        &big,
    );

    bench.run("verify --cases-only").expect(0, &["2 passed"]);
}

#[test]
fn output_without_end_is_cut_off() {
    let bench = Bench::new();
    bench.command("yes", "timeout = '1m'\nno_oracle = 'x'", "exec yes", "y\n");

    bench
        .run("verify --cases-only")
        .expect(1, &["Rust: too much output"]);
}

#[test]
fn a_program_that_dies_of_a_signal_is_no_timeout() {
    let bench = Bench::new();
    bench.lesson("die", "kill -ABRT $$", "", "");

    bench
        .run("verify --cases-only")
        .expect(1, &["Rust: ended by SIGABRT"]);
}

#[test]
fn orphans_that_end_in_time_are_reaped_and_no_exit_status_is_lost() {
    let bench = Bench::new();
    // The orphan ends at once, and becomes a zombie that only we can reap, while other cases wait for their own.
    for number in 0..12 {
        let status = number % 3;
        bench.command(
            &format!("brood-{number}"),
            &format!("status = {status}\noracle = 'true & true & exit {status}'"),
            &format!("true & true & exit {status}"),
            "",
        );
    }

    bench
        .run("verify --cases-only --jobs 8 --repeat 5")
        .expect(0, &["12 passed, 0 failed"]);
}

#[test]
fn ctrl_c_ends_what_runs_and_says_what_ran() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    let wait = format!("echo $$ >{}; exec sleep 1000", pid.display());
    bench.command("a-done", "no_oracle = 'x'", "echo ok", "ok\n");
    bench.command("b-waits", "timeout = '5m'\nno_oracle = 'x'", &wait, "");
    bench.command("c-later", "no_oracle = 'x'", "echo ok", "ok\n");

    let mut xtask = bench.xtask("verify --cases-only --jobs 1");
    let xtask = xtask
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let sleeper = wait_for(&pid);
    let output = interrupted(xtask);

    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("1 passed, 0 failed, 2 skipped"), "{text}");
    assert!(!is_alive(&sleeper));
    bench.assert_nothing_is_left();
}

#[test]
fn a_node_that_does_not_tell_its_version_is_not_waited_for() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    let hang = format!("echo $$ >{}; exec sleep 1000", pid.display());
    bench.program("node", &hang);
    bench.lesson("greet", "", "", "");

    let ran = bench.run("verify --cases-only");

    ran.expect(3, &["node does not tell its version: it took too long"]);
    assert_eq!(ran.text.lines().count(), 1, "{}", ran.text);

    std::fs::remove_file(&pid).unwrap();
    let mut xtask = bench.xtask("verify --cases-only");
    let xtask = xtask.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let sleeper = wait_for(&pid);
    let output = interrupted(xtask);

    assert_eq!(output.status.code(), Some(130));
    assert_eq!(output.stderr, b"cargo xtask: interrupted\n");
    assert!(!is_alive(&sleeper));
}

#[test]
fn a_pipe_among_the_fixtures_is_an_error_that_names_it() {
    let bench = Bench::new();
    bench.command("greet", "no_oracle = 'x'", "echo hello", "hello\n");
    let pipe = bench.path("demo/golden/fixtures/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());

    bench.run("verify --cases-only").expect(
        1,
        &[
            "demo/golden/fixtures/pipe is no file, folder or link",
            "1 failed",
        ],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_second_signal_ends_us_whatever_we_wait_for() {
    let bench = Bench::new();
    // Reading this case takes for ever.
    let pipe = bench.path("demo/golden/fixtures/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    bench.command("greet", "stdin_file = 'pipe'\nno_oracle = 'x'", "", "");
    let mut xtask = bench.xtask("verify --cases-only");
    let mut xtask = xtask.spawn().unwrap();
    let pid = Pid::from_raw(xtask.id().try_into().unwrap());

    // From the moment on at which signals do not just end it.
    let status = || procfs::process::Process::new(pid.as_raw())?.status();
    let begun = Instant::now();
    while status().is_ok_and(|status| status.sigcgt & 1 == 0) {
        std::thread::sleep(Duration::from_millis(5));
    }
    while xtask.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(60) {
        let _ = kill(pid, Signal::SIGINT);
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = xtask.kill();

    assert_eq!(xtask.wait().unwrap().code(), Some(130));
}

#[test]
fn ctrl_c_ends_cargo_too() {
    let bench = Bench::new();
    let pid = bench.path("pid");
    bench.write(
        "cargo.test",
        format!("echo $$ >{}; exec sleep 1000", pid.display()),
    );

    let mut xtask = bench.xtask("verify");
    let mut xtask = xtask
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let sleeper = wait_for(&pid);
    kill(
        Pid::from_raw(xtask.id().try_into().unwrap()),
        Signal::SIGTERM,
    )
    .unwrap();

    assert_eq!(xtask.wait().unwrap().code(), Some(130));
    assert!(!is_alive(&sleeper));
}

#[test]
fn a_test_that_leaves_a_process_behind_is_found_out() {
    let bench = Bench::new();
    bench.write("cargo.test", "sleep 1000 & exit 0");

    bench
        .run("verify")
        .expect(1, &["LEAK: cargo test left sleep 1000"]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn a_signal_that_was_ignored_at_the_start_ends_nothing_and_reaches_no_case() {
    let bench = Bench::new();
    // The case ends itself with HUP, which it can only if HUP is not ignored.
    bench.command(
        "hup",
        "no_oracle = 'x'",
        "(kill -HUP $$; echo still here)",
        "",
    );
    let pid = bench.path("pid");
    let wait = format!(
        "echo $$ >{0}; while [ -e {0} ]; do sleep 0.01; done",
        pid.display()
    );
    bench.command("waits", "timeout = '1m'\nno_oracle = 'x'", &wait, "");

    let xtask = bench.xtask("verify --cases-only --jobs 1");
    let arguments: Vec<_> = xtask.get_args().skip(1).map(ToOwned::to_owned).collect();
    let mut ignoring = std::process::Command::new("env");
    ignoring
        .arg("--ignore-signal=HUP,INT")
        .args(arguments)
        .current_dir(bench.path("demo"));
    ignoring.envs(
        xtask
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    ignoring
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let xtask = ignoring.spawn().unwrap();
    wait_for(&pid);
    for signal in [Signal::SIGHUP, Signal::SIGINT] {
        kill(Pid::from_raw(xtask.id().try_into().unwrap()), signal).unwrap();
    }
    std::fs::remove_file(&pid).unwrap();
    let output = xtask.wait_with_output().unwrap();

    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("Rust: ended by SIGHUP") && text.contains("1 passed, 1 failed, 0 skipped"),
        "{text}"
    );
}
