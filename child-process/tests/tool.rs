//! The tool: statuses as of timeout(1) and xargs, outputs that are never mixed, signals that are passed on.

#[path = "support/limits.rs"]
mod limits;
#[path = "support/processes.rs"]
mod processes;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicUsize, Ordering};

use limits::limits;
use processes::until;
#[cfg(target_os = "linux")]
use processes::{bearers, running};
use serde_json::Value;

fn tool(args: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    let feeding = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    output
}

#[track_caller]
fn expect(args: &[&str], status: i32, stdout: &str, stderr: &str) {
    check(args, &tool(args, b""), status, stdout, stderr);
}

#[track_caller]
fn check(args: &[&str], output: &Output, status: i32, stdout: &str, stderr: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), stdout, "{args:?}");
    assert!(said.contains(stderr), "{args:?}: no {stderr:?} in {said:?}");
}

/// Expects this of a command that is run with a limit, which prints first that it is ready for it.
#[track_caller]
fn expect_at_the_limit(args: &[&str], status: i32, stdout: &str) {
    for limit in limits() {
        let limit = format!("{}ms", limit.as_millis());
        let args = [&["run", "-t", &limit], args].concat();
        let output = tool(&args, b"");
        if !output.stdout.is_empty() {
            return check(&args, &output, status, stdout, "timed out");
        }
    }
}

#[test]
fn the_status_is_that_of_the_command_or_says_what_became_of_it() {
    expect(&["exec", "echo out; exit 3"], 3, "out\n", "");
    expect(&["run", "--", "sh", "-c", "kill -TERM $$"], 143, "", "");
    expect(
        &["run", "-t", "100ms", "--", "sleep", "100"],
        124,
        "",
        "sleep 100: timed out after 100ms",
    );
    let stubborn = "trap '' TERM; echo up; while :; do sleep 1; done";
    expect_at_the_limit(&["-k", "100ms", "--", "sh", "-c", stubborn], 137, "up\n");
    let last_words = "trap 'echo int; exit 9' INT; echo up; while :; do sleep 0.01; done";
    expect_at_the_limit(
        &["-s", "INT", "-k", "60s", "--", "sh", "-c", last_words],
        124,
        "up\nint\n",
    );
    expect(
        &["run", "--", "no-such-program"],
        127,
        "",
        "spawn no-such-program ENOENT: there is no such program",
    );
    expect(
        &["run", "--", "/etc/passwd"],
        126,
        "",
        "spawn /etc/passwd EACCES",
    );
    expect(
        &["run", "--cwd", "/no/such", "--", "true"],
        125,
        "",
        "cannot enter the directory /no/such",
    );
    expect(&["run"], 125, "", "required");
    expect(
        &["run", "-t", "soon", "--", "true"],
        125,
        "",
        "a time is a number and a unit",
    );
    for real_time in ["RTMIN", "34"] {
        let args = ["run", "-s", real_time, "--", "true"];
        expect(&args, 125, "", "a signal is a name or a number");
    }
    expect(&["tour", "--no-such-option"], 2, "", "unexpected argument");
}

#[test]
fn a_record_tells_all_of_it_in_one_line() {
    let output = tool(
        &[
            "run",
            "--json",
            "--",
            "sh",
            "-c",
            "echo out; echo err >&2; exit 4",
        ],
        b"",
    );

    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(record["exit"]["code"], 4);
    assert_eq!(
        (&record["stdout"], &record["stderr"]),
        (&"out\n".into(), &"err\n".into())
    );
    let output = tool(&["run", "--json", "--max-output", "10", "--", "yes"], b"");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&record["truncated"], &record["stdout"]),
        (&true.into(), &"y\ny\ny\ny\ny\n".into())
    );
    let output = tool(&["run", "--json", "--", "no-such-program"], b"");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(record["error"], "spawn no-such-program ENOENT");
}

#[test]
fn input_environment_and_directory_reach_the_command() {
    let output = tool(
        &[
            "run",
            "--cwd",
            "/",
            "--env",
            "A=b c",
            "--",
            "sh",
            "-c",
            "cat; pwd; echo $A",
        ],
        b"in\n",
    );

    assert_eq!(output.stdout, b"in\n/\nb c\n");
}

#[test]
fn jobs_print_in_one_piece_and_in_the_order_asked_for() {
    let items: String = (1..=40).map(|item| format!("{item}\n")).collect();
    let script = "for part in a b c; do echo $0 $part; sleep 0.00$((RANDOM % 5)); done";

    let output = tool(
        &["each", "-j8", "--keep-order", "sh", "-c", script, "{}"],
        items.as_bytes(),
    );
    let expected: String = (1..=40)
        .map(|item| format!("{item} a\n{item} b\n{item} c\n"))
        .collect();
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);

    let output = tool(
        &["each", "-j8", "--tag", "sh", "-c", script],
        items.as_bytes(),
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 120);
    for job in lines.chunks(3) {
        let item = job[0].split('\t').next().unwrap();
        let expected: Vec<_> = ["a", "b", "c"]
            .iter()
            .map(|part| format!("{item}\t{item} {part}"))
            .collect();
        assert_eq!(job, expected);
    }
}

#[test]
fn a_failed_job_is_named_counted_and_halts_as_asked() {
    let output = tool(&["each", "sh", "-c", "exit $0"], b"0\n3\n0\n");
    assert_eq!(output.status.code(), Some(123));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("3: exit code 3") && said.contains("3 jobs run, 1 failed, 0 ended"),
        "{said}"
    );

    let output = tool(
        &[
            "each",
            "-j1",
            "--halt",
            "soon",
            "sh",
            "-c",
            "echo $0; exit $0",
        ],
        b"0\n1\n2\n3\n",
    );
    assert_eq!(output.stdout, b"0\n1\n");
    let output = tool(
        &[
            "each",
            "-j2",
            "--halt",
            "now",
            "sh",
            "-c",
            "[ $0 = 1 ] && exit 1; sleep 1000",
        ],
        b"1\n2\n3\n",
    );
    assert_eq!(output.status.code(), Some(123));
    assert_eq!(
        tool(&["each", "no-such-program"], b"a\n").status.code(),
        Some(127)
    );
    assert_eq!(tool(&["each", "true"], b"").status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_is_passed_on_and_nobody_is_left() {
    for (verb, items) in [(&["run", "--"][..], ""), (&["each", "-j2"], "a\nb\n")] {
        let marker = format!("SIGNALLED={}-{}", std::process::id(), verb[0]);
        let (name, value) = marker.split_once('=').unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
            .args(verb)
            .args(["sh", "-c", "sleep 1001 & sleep 1002"])
            .env(name, value)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(items.as_bytes())
            .unwrap();
        // A shell may become its last command.
        let sleeping = 2 * items.lines().count().max(1);
        until("they run", || running(&marker, "(sleep)") == sleeping);

        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let status = child.wait().unwrap();

        assert_eq!(status.code(), Some(143), "{verb:?}");
        until("nobody is left", || bearers(&marker) == 0);
    }
}

#[test]
fn a_second_interrupt_of_each_does_not_wait_for_its_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let script = "trap 'touch told' TERM; touch up; while :; do sleep 0.01; done";
    let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(["each", "--kill-after", "1h", "sh", "-c", script])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let interrupt = || {
        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    };
    writeln!(child.stdin.as_ref().unwrap(), "item").unwrap();
    until("it runs", || folder.path().join("up").exists());
    interrupt();
    until("it is told to end", || told.exists());
    interrupt();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
#[cfg(target_os = "linux")]
fn an_orphan_in_a_session_of_its_own_is_told_to_end_before_it_is_killed() {
    let orphan = "trap 'echo told; exit' TERM; echo up; while :; do sleep 0.01; done";
    let line = format!("setsid sh -c \"{orphan}\" & exec sleep 1000");
    let args = ["-k", "60s", "--", "sh", "-c", &line];
    expect_at_the_limit(&args, 124, "up\ntold\n");
}

#[test]
fn a_reader_of_each_that_goes_away_is_told_by_the_status() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(["each", "-j1", "echo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    // It may be gone before all is written.
    let _ = stdin.write_all(b"1\n2\n3\n");
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(125), "as xargs");
    assert_eq!(output.stderr, b"");
}

#[test]
fn items_come_as_they_are_and_as_they_come() {
    let output = tool(&["each", "-j1", "printf", "<%s>"], b"a\r\n\xff\xfe\n\nlast");
    assert_eq!(output.stdout, b"<a\r><\xff\xfe><><last>");
    let output = tool(&["each", "-0", "-j1", "printf", "<%s>"], b"a\nb\0c");
    assert_eq!(output.stdout, b"<a\nb><c>");
    let output = tool(&["each", "-P1", "printf", "{}-{}-%s", "x{}"], b"\xff{}\n");
    assert_eq!(output.stdout, b"\xff{}-\xff{}-x\xff{}");
    let output = tool(&["each", "-j1", "--json", "printf", "%s"], b"\xff\n");
    let record: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&record["item_hex"], &record["stdout_hex"]),
        (&"ff".into(), &"ff".into())
    );
    assert_eq!(
        (&record["item"], &record["exit"]["code"]),
        (&"\u{fffd}".into(), &0.into())
    );

    let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(["each", "-j2", "echo"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stdin = child.stdin.take().unwrap();
    for item in ["first", "second"] {
        // The input has not ended.
        stdin.write_all(format!("{item}\n").as_bytes()).unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), item);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_limit_for_each_job_and_retries() {
    for limit in limits() {
        let time = format!("{}ms", limit.as_millis());
        let output = tool(&["each", "-j2", "--timeout", &time, "sleep"], b"1000\n0\n");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(123));
        assert!(
            said.contains(&format!("1000: timed out after {limit:?}")),
            "{said}"
        );
        // The other one has not ended in time where the machine is busy.
        if said.contains("2 jobs run, 1 failed") {
            break;
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "cd {}; echo x >> $0; [ $(wc -l < $0) = 3 ]",
        folder.path().display()
    );
    let twice = tool(&["each", "--retries", "2", "sh", "-c", &script], b"a\n");
    assert_eq!(twice.status.code(), Some(123));
    let third = tool(&["each", "--retries", "2", "sh", "-c", &script], b"a\n");
    assert_eq!(third.status.code(), Some(0));
    assert_eq!(
        std::fs::read(folder.path().join("a")).unwrap(),
        b"x\nx\nx\n"
    );
}

#[test]
fn jobs_in_order_keep_all_slots_busy() {
    // The first one waits for the others, two at a time: it would wait for ever if they had no slots.
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "cd {}; touch $0; if [ $0 = 1 ]; then while [ ! -e 8 ]; do sleep 0.01; done; fi; echo $0",
        folder.path().display()
    );
    let output = tool(
        &["each", "-k", "-j2", "sh", "-c", &script],
        b"1\n2\n3\n4\n5\n6\n7\n8\n",
    );
    assert_eq!(output.stdout, b"1\n2\n3\n4\n5\n6\n7\n8\n");
}

#[test]
fn each_stops_where_xargs_stops() {
    for (script, status) in [("exit 255", 124), ("kill -9 $$", 125)] {
        let script = format!("echo $0; [ $0 = 2 ] && {script}; exit 0");
        let output = tool(&["each", "-j1", "sh", "-c", &script], b"1\n2\n3\n4\n");
        assert_eq!(output.status.code(), Some(status), "{script}");
        assert_eq!(output.stdout, b"1\n2\n");
    }
    assert_eq!(
        tool(&["each", "/etc/passwd"], b"a\nb\n").status.code(),
        Some(126)
    );
    let output = tool(&["each", "-j1", "no-such-program"], b"a\nb\n");
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 job run, 1 failed, 0 ended"));
    // Those that `--halt now` has ended have not failed.
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "cd {}; [ $0 = 2 ] && touch up; until [ -e up ]; do sleep 0.01; done; [ $0 = 1 ] && exit 1; sleep 1000",
        folder.path().display()
    );
    let output = tool(
        &["each", "-j2", "--halt", "now", "sh", "-c", &script],
        b"1\n2\n3\n",
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("2 jobs run, 1 failed, 1 ended"), "{said}");
}

#[test]
fn fewer_jobs_run_where_descriptors_end() {
    for (limit, jobs) in [(64, "10 jobs"), (35, "1 job")] {
        let line = format!(
            "ulimit -n {limit}; seq 40 | {} each -j40 true",
            env!("CARGO_BIN_EXE_child-process")
        );
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        let text = format!(" {jobs} at a time instead of 40");
        assert!(said.contains(&text), "{said}");
    }
}

#[test]
fn too_few_descriptors_are_an_error_of_our_own() {
    for limit in 5..24 {
        for command in ["run -- true", "each true"] {
            let line = format!(
                "ulimit -n {limit}; exec {} {command}",
                env!("CARGO_BIN_EXE_child-process")
            );
            let mut shell = Command::new("sh");
            let output = shell.args(["-c", &line]).stdin(Stdio::null()).output();
            let output = output.unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            let status = output.status.code();
            assert!(matches!(status, Some(0 | 125)), "{line}: {status:?} {said}");
            assert_eq!(
                said.contains("Too many open files"),
                status == Some(125),
                "{line}: {said}"
            );
        }
    }
}

#[test]
fn too_few_processes_are_an_error_of_our_own() {
    let peers = [["setpriv", "--version"], ["prlimit", "--version"]];
    let is_there = |peer: &[&str; 2]| Command::new(peer[0]).arg(peer[1]).output().is_ok();
    if !nix::unistd::geteuid().is_root() || !peers.iter().all(is_there) {
        println!("skipped: this needs root, setpriv and prlimit");
        return;
    }
    // Another user can read neither the folder of this test nor a temporary one.
    let folder = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let copy = folder.path().join("child-process");
    std::fs::copy(env!("CARGO_BIN_EXE_child-process"), &copy).unwrap();
    for command in [&["run", "--", "true"][..], &["each", "true"]] {
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--clear-groups", "prlimit", "--nproc=1:1"])
            .arg(&copy)
            .args(command)
            .stdin(std::fs::File::open("/etc/passwd").unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(125), "{said}");
        assert!(said.contains("Resource temporarily unavailable"), "{said}");
    }
}

#[test]
fn times_and_causes() {
    expect(
        &["run", "-t", "0", "--", "sh", "-c", "sleep 0.1; echo done"],
        0,
        "done\n",
        "",
    );
    for time in ["10000000000000000000s", "99999999999999d", "1d"] {
        expect(&["run", "-t", time, "-k", time, "--", "true"], 0, "", "");
    }
    // It ends when SIGTERM has come, and after a while in which SIGKILL does not come.
    let slow = "trap 'echo told; sleep 0.3; echo to the end; exit' TERM; echo up; while :; do sleep 0.01; done";
    expect_at_the_limit(
        &["-k", "0", "--", "sh", "-c", slow],
        124,
        "up\ntold\nto the end\n",
    );
    expect(
        &[
            "run",
            "--unset",
            "HOME",
            "--",
            "sh",
            "-c",
            "echo ${HOME-unset}",
        ],
        0,
        "unset\n",
        "",
    );
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error_of_our_own() {
    let full = format!(
        "{} tour --list >/dev/full",
        env!("CARGO_BIN_EXE_child-process")
    );
    let output = Command::new("sh").args(["-c", &full]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code() == Some(1) && said.contains("No space left"),
        "{said}"
    );
    let output = Command::new("sh")
        .args(["-c", &full.replace("tour --list", "run --json true")])
        .output();
    assert_eq!(output.unwrap().status.code(), Some(125), "as timeout(1)");
    let full = std::fs::File::create("/dev/full").unwrap();
    let mut full = start("COMPLETIONS=1", &["completions", "bash"], full);
    assert_eq!(status(&mut full), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn signals_that_were_ignored_stay_ignored_for_the_command() {
    let line = format!(
        "trap '' HUP; {} run -- sed -n 's/SigIgn:.//p' /proc/self/status",
        env!("CARGO_BIN_EXE_child-process")
    );
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    let mask = u64::from_str_radix(String::from_utf8_lossy(&output.stdout).trim(), 16).unwrap();
    assert_eq!(mask & 1, 1, "nohup: {output:?}");
}

#[test]
fn without_arguments_it_prints_the_tour_unless_there_is_input() {
    let output = tool(&[], b"");
    assert_eq!(
        (output.status.code(), &output.stdout[..]),
        (Some(2), &b""[..])
    );
    let tour = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_child-process"));
        command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let output = tour(&["tour", "exec", "--code"])
        .wait_with_output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("use child_process::")
            && text.contains("node:child_process")
            && text.contains("Output: hello")
    );
    let output = tour(&["tour", "exec", "commands"])
        .wait_with_output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("== exec == exec: "));
    let mut child = tour(&[]);
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success(), "the reader has gone");
}

#[test]
#[cfg(target_os = "linux")]
fn whatever_is_run_nothing_is_left() {
    let count = if std::env::var_os("SOAK").is_some() {
        500
    } else {
        40
    };
    let marker = format!("RANDOM_RUNS={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    let scripts = [
        "sleep 100 & sleep 100",
        "trap '' TERM INT; sleep 100 & sleep 100",
        "(setsid sleep 100 &); sleep 100",
        "(sleep 100 &); exec sleep 100",
        "yes > /dev/null & yes",
        "setsid sh -c 'trap \"\" TERM; sleep 100' & wait",
    ];
    let run = |index: usize| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_child-process"));
        let how: &[&str] = if index.is_multiple_of(3) {
            &["--foreground"]
        } else {
            &[]
        };
        command.args(["run", "-t", "60ms", "-k", "40ms"]).args(how);
        let mut script = scripts[index % scripts.len()].to_owned();
        if index % 5 == 4 {
            let pause = index % 70;
            script = format!("(sleep 0.0{pause:02}; kill -TERM $PPID) & {script}");
        }
        command.args(["--", "sh", "-c", &script]).env(name, value);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.wait().unwrap();
    };
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    run(index);
                }
            });
        }
    });
    until("nothing is left", || bearers(&marker) == 0);
}

/// Starts the tool with a variable in its environment, by which its processes are found.
fn start(marker: &str, args: &[&str], stdout: impl Into<Stdio>) -> std::process::Child {
    let (name, value) = marker.split_once('=').unwrap();
    Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(args)
        .env(name, value)
        .stdin(Stdio::null())
        .stdout(stdout)
        .spawn()
        .unwrap()
}

/// Waits until it has ended and returns its status.
#[track_caller]
fn status(child: &mut std::process::Child) -> Option<i32> {
    let mut status = None;
    until("it ends", || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap().code()
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_after_the_end_of_the_command_ends_what_holds_its_pipes() {
    for signal in [nix::sys::signal::SIGTERM, nix::sys::signal::SIGINT] {
        let marker = format!("LATE={}-{signal}", std::process::id());
        let args = ["run", "--json", "--", "sh", "-c", "sleep 1000 & echo hi"];
        let mut child = start(&marker, &args, Stdio::null());
        until("only what it has started is left", || {
            running(&marker, "(sleep) S") == 1 && running(&marker, "(sh)") == 0
        });

        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::kill(pid, signal).unwrap();

        assert_eq!(status(&mut child), Some(0));
        until("nothing is left", || bearers(&marker) == 0);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_limit_ends_orphans_that_hold_the_pipes_also_without_sigkill() {
    let marker = format!("PIPES_HELD={}", std::process::id());
    let line = "setsid -f sleep 1000; echo hi";
    let args = ["run", "--json", "-t", "300ms", "-k", "0", "sh", "-c", line];

    let mut child = start(&marker, &args, Stdio::null());

    assert_eq!(status(&mut child), Some(124));
    assert_eq!(bearers(&marker), 0);
}

#[test]
fn the_status_is_that_of_the_command_also_if_nothing_reads_the_output() {
    for option in ["--json", "--max-output=1M"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let args = ["run", option, "--", "sh", "-c", "echo out; exit 3"];

        let mut child = start("CLOSED=1", &args, writer);

        assert_eq!(status(&mut child), Some(3), "{option}");
    }
}

#[test]
fn a_time_that_is_nearly_zero_is_a_limit() {
    let args = ["run", "-t", "0.0000000001", "--", "sleep", "1"];

    expect(&args, 124, "", "timed out");
}

#[test]
fn a_signal_has_one_prefix_at_most() {
    expect(
        &["run", "-s", "SIGSIGTERM", "--", "true"],
        125,
        "",
        "a signal is a name or a number",
    );
    expect(&["run", "-s", "sigterm", "--", "true"], 0, "", "");
}

#[test]
fn completions_are_printed_or_their_reader_has_gone() {
    let output = tool(&["completions", "bash"], b"");
    assert!(String::from_utf8_lossy(&output.stdout).contains("complete -F"));

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut closed = start("COMPLETIONS=1", &["completions", "bash"], writer);
    assert_eq!(status(&mut closed), Some(0), "as `head` leaves it");
}

#[test]
#[cfg(target_os = "linux")]
fn too_much_output_of_an_escaped_process_ends_the_run_also_without_sigkill() {
    let script = ["sh", "-c", "setsid -f yes"];
    let marker = format!("ESCAPED={}", std::process::id());
    let (name, value) = marker.split_once('=').unwrap();
    for (verb, expected) in [("run", 125), ("each", 123)] {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_child-process"));
        tool.args([verb, "--kill-after", "0", "--max-output", "10"])
            .args(script)
            .env(name, value)
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut tool = tool.spawn().unwrap();
        writeln!(tool.stdin.take().unwrap(), "item").unwrap();

        assert_eq!(status(&mut tool), Some(expected), "{verb}");
        until("nothing is left", || bearers(&marker) == 0);
    }
}

#[test]
fn a_long_item_is_cut_in_messages_and_an_empty_one_is_named() {
    let long = "ü".repeat(30_000);
    for (args, item, begin, end) in [
        (
            &["each", "sh", "-c", "exit 3"][..],
            &*long,
            "üü",
            "ü: exit code 3\n",
        ),
        (&["each", "{}"], &long, "üü", "File name too long\n"),
        (
            &["each", "--timeout=1ms", "sh", "-c", "sleep 9"],
            &long,
            "üü",
            "timed out after 1ms\n",
        ),
        (
            &["run", "-t", "1ms", "sh", "-c", "sleep 9", &long],
            "",
            "sh -c sleep 9 üü",
            "timed out after 1ms\n",
        ),
        (
            &["each", "sh", "-c", "exit 3"],
            "a\nb",
            "a b: ",
            "exit code 3\n",
        ),
        (
            &["each", "sh", "-c", "exit 3"],
            "",
            "\"\": ",
            "exit code 3\n",
        ),
        (&["each", "{}"], "", "\"\": ", "there is no such program\n"),
    ] {
        let args = [
            &args[..1],
            if args[0] == "each" { &["-0q"] } else { &[] },
            &args[1..],
        ];
        let output = tool(&args.concat(), format!("{item}\0").as_bytes());

        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.len() < 1000, "{} bytes", said.len());
        assert!(
            said.starts_with(&format!("child-process: {begin}")),
            "{said}"
        );
        assert!(said.ends_with(end), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_variable_may_have_any_bytes() {
    let variable = std::ffi::OsStr::from_bytes(b"A=b=\xff c");
    let output = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(["run", "--env"])
        .arg(variable)
        .args(["sh", "-c", "printf %s \"$A\""])
        .output()
        .unwrap();

    assert_eq!(output.stdout, b"b=\xff c", "{output:?}");
    for wrong in ["A", "=b"] {
        let args = ["run", "--env", wrong, "true"];
        expect(&args, 125, "", "a variable is NAME=VALUE");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_descendant_that_cannot_be_killed_is_named() {
    let setpriv = Command::new("setpriv").arg("--version").output();
    if !nix::unistd::geteuid().is_root() || setpriv.is_err() {
        println!("skipped: this needs root and setpriv");
        return;
    }
    // It ends when its input does.
    let other = "setpriv --reuid=65534 --clear-groups sh -c 'echo $$; exec cat'";
    let line = format!("exec 3<&0; {other} <&3 & wait");
    for limit in limits() {
        let files = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
        let [stdout, stderr] = [0, 1].map(|file: usize| files[file].reopen().unwrap());
        let limit = format!("{}ms", limit.as_millis());
        let mut child = Command::new("setpriv")
            .args(["--bounding-set", "-kill", "--inh-caps", "-kill"])
            .arg(env!("CARGO_BIN_EXE_child-process"))
            .args(["run", "-t", &limit, "-k", "100ms", "sh", "-c", &line])
            .stdin(Stdio::piped())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .unwrap();
        let input = child.stdin.take();

        let status = status(&mut child);

        drop(input);
        let [pid, said] = files.map(|file| std::fs::read_to_string(file).unwrap());
        if !pid.is_empty() {
            let text = format!("process {} cannot be killed: EPERM", pid.trim());
            assert!(said.contains(&text), "{said}");
            assert!(matches!(status, Some(124 | 137)), "{status:?}");
            break;
        }
    }
}

#[test]
fn a_lesson_without_descriptors_is_an_error_and_no_panic() {
    let list = tool(&["tour", "--list"], b"").stdout;
    let list = String::from_utf8(list).unwrap();
    for lesson in list.lines().map(|line| line.split(' ').next().unwrap()) {
        for limit in 4..12 {
            let line = format!(
                "ulimit -n {limit}; exec {} tour {lesson}",
                env!("CARGO_BIN_EXE_child-process")
            );
            let mut shell = Command::new("sh");
            let output = shell.args(["-c", &line]).stdin(Stdio::null()).output();
            let said = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
            assert!(!said.contains("panicked"), "{line}: {said}");
        }
    }
}
