//! The tool: statuses as of timeout(1) and xargs, outputs that are never mixed, signals that are passed on.

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::{bearers, until};

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
    let output = tool(args, b"");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), stdout, "{args:?}");
    assert!(said.contains(stderr), "{args:?}: no {stderr:?} in {said:?}");
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
    let stubborn = "trap '' TERM; while :; do sleep 1; done";
    expect(
        &[
            "run", "-t", "100ms", "-k", "100ms", "--", "sh", "-c", stubborn,
        ],
        137,
        "",
        "timed out",
    );
    expect(
        &[
            "run",
            "-t",
            "100ms",
            "-s",
            "INT",
            "--",
            "sh",
            "-c",
            "trap 'echo int; exit 9' INT; while :; do sleep 0.01; done",
        ],
        124,
        "int\n",
        "timed out",
    );
    expect(
        &["run", "--", "no-such-program"],
        127,
        "",
        "there is no program no-such-program",
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
    expect(&["primes", "many"], 2, "", "invalid value");
    expect(&["peer"], 1, "", "NODE_CHANNEL_FD");
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
            "[ $0 = 1 ] && exit 1; sleep 100",
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
fn the_number_of_primes_does_not_depend_on_the_number_of_processes() {
    for jobs in ["1", "2", "5"] {
        expect(&["primes", "3000000", "-j", jobs], 0, "216816\n", "");
    }
    expect(&["primes", "0"], 0, "0\n", "");
    expect(&["primes", "2"], 0, "1\n", "");
}

#[test]
fn a_signal_is_passed_on_and_nobody_is_left() {
    for (verb, items) in [(&["run", "--"][..], ""), (&["each", "-j2"], "a\nb\n")] {
        let marker = format!("SIGNALLED={}-{}", std::process::id(), verb[0]);
        let (name, value) = marker.split_once('=').unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
            .args(verb)
            .args(["sh", "-c", "sleep 1000 & sleep 1000"])
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
        until("they run", || bearers(&marker) >= 4);

        let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let status = child.wait().unwrap();

        assert_eq!(status.code(), Some(143), "{verb:?}");
        until("nobody is left", || bearers(&marker) == 0);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_child-process"))
        .args(["each", "-j1", "-q", "yes", "{}", "--"])
        .args(["--help"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0), "no job, no output");
}
