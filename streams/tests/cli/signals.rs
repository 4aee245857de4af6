//! Ctrl-C and its relatives: nothing unfinished stays, and the status says which it was.

use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use rustix::process::Signal;

use super::folder::{Folder, TEXT};
use super::meanwhile::at_work;
use super::member::Member;
use super::running::Running;

const SIGNALS: [(&str, Signal); 10] = [
    ("INT", Signal::INT),
    ("TERM", Signal::TERM),
    ("HUP", Signal::HUP),
    ("QUIT", Signal::QUIT),
    ("ALRM", Signal::ALARM),
    ("VTALRM", Signal::VTALARM),
    ("PROF", Signal::PROF),
    ("XCPU", Signal::XCPU),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
];

/// `program` with the signals as a terminal has them, whatever the caller of these tests ignores (`nohup`).
fn with_default_signals(folder: &Folder, program: &str) -> Command {
    if !cfg!(target_os = "linux") {
        return folder.other_command(Command::new(program));
    }
    let mut command = folder.other_command(Command::new("env"));
    command.args(["--default-signal", program]);
    command
}

fn listening(folder: &Folder) -> Command {
    with_default_signals(folder, env!("CARGO_BIN_EXE_streams"))
}

/// `streams` with these signals ignored, and no other.
fn ignoring(folder: &Folder, signals: &str) -> Command {
    let mut command = with_default_signals(folder, "sh");
    command
        .args(["-c", &format!(r#"trap "" {signals}; exec "$0" "$@""#)])
        .arg(env!("CARGO_BIN_EXE_streams"));
    command
}

/// Starts `streams`; until `env` has become it, what the caller of these tests ignores is ignored.
fn start(command: &mut Command) -> Running {
    let running = Running::start(command.stdin(Stdio::piped()));
    let process = format!("/proc/{}/exe", running.id());
    let program = fs::canonicalize(env!("CARGO_BIN_EXE_streams")).unwrap();
    while cfg!(target_os = "linux") && fs::read_link(&process).unwrap() != program {
        thread::yield_now();
    }
    running
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let packed = Member::of(TEXT).bytes();
    let half = &packed[..packed.len() / 2];

    for (signal, number) in SIGNALS {
        for (args, input) in [
            (["compress", "-o", "out"], TEXT),
            (["decompress", "-o", "out"], half),
            (["copy", "-", "out"], TEXT),
        ] {
            let folder = Folder::empty();
            let running = at_work(&folder, listening(&folder).args(args), input);

            running.signal(signal);
            let ran = running.wait_without_closing();

            assert_eq!(
                (ran.status, ran.stderr.as_str()),
                (128 + number.as_raw(), ""),
                "SIG{signal}"
            );
            assert!(
                folder.names().is_empty(),
                "SIG{signal}: {:?}",
                folder.names()
            );
        }
    }
}

#[test]
fn a_signal_keeps_what_was_there() {
    let folder = Folder::with("out", "mine");
    let mut command = listening(&folder);
    let running = at_work(&folder, command.args(["compress", "-f", "-o", "out"]), TEXT);

    running.signal("INT");
    let ran = running.wait_without_closing();

    assert_eq!(ran.status, 130);
    assert_eq!(folder.names(), ["out"]);
    assert_eq!(folder.read("out"), b"mine");
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    for (signal, _) in SIGNALS {
        let folder = Folder::empty();
        let mut command = ignoring(&folder, signal);
        let mut running = at_work(&folder, command.args(["copy", "-", "out"]), TEXT);

        running.signal(signal);
        running.feed(TEXT);
        let ran = running.wait();

        ran.expect_silence();
        assert_eq!(folder.read("out"), TEXT.repeat(2), "SIG{signal}");
    }
}

#[test]
fn the_other_signals_still_count() {
    let folder = Folder::empty();
    let mut command = ignoring(&folder, "INT HUP");
    let running = at_work(&folder, command.args(["compress", "-o", "out"]), TEXT);

    running.signal("INT");
    running.signal("TERM");
    let ran = running.wait_without_closing();

    assert_eq!(ran.status, 143);
    assert!(folder.names().is_empty());
}

#[test]
fn a_file_that_may_not_be_so_large_is_a_failure_that_leaves_nothing() {
    let folder = Folder::with("a", super::random::random_bytes(20, 500_000));
    for args in ["compress a", "-k a", "copy a b"] {
        let mut command = with_default_signals(&folder, "sh");
        command.args(["-c", &format!("ulimit -f 100; exec \"$0\" {args}")]);

        let ran = Running::start(command.arg(env!("CARGO_BIN_EXE_streams"))).wait();

        ran.expect_line(1, &["cannot write: File too large"]);
        assert_eq!(folder.names(), ["a"], "{args}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_lesson_ends_with_the_process_that_started_it() {
    use rustix::event::{PollFd, PollFlags, poll};
    use std::io::Write;

    let folder = Folder::empty();
    let (out, mut stdout) = std::io::pipe().unwrap();
    let page = rustix::pipe::fcntl_setpipe_size(&stdout, 1).unwrap();
    // Room for the first line, `fast: 1 2 3 4 5`, and for no other: then the lesson waits.
    let filled = page - 20;
    stdout.write_all(&vec![b' '; filled]).unwrap();
    let mut command = with_default_signals(&folder, "sh");
    let lesson = r#"STREAMS_LESSON=fan-out "$0"; exit"#;
    command.args(["-c", lesson, env!("CARGO_BIN_EXE_streams")]);
    let mut running = Running::start(command.stdout(stdout));
    drop(command);
    running.until(|| rustix::io::ioctl_fionread(&out).unwrap() > filled as u64);

    running.signal_now(Signal::KILL);

    // All ends that write are closed.
    let mut ends = [PollFd::new(&out, PollFlags::empty())];
    let minute = rustix::event::Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    assert_eq!(poll(&mut ends, Some(&minute)), Ok(1));
    assert!(ends[0].revents().contains(PollFlags::HUP));
}

/// `SOAK=1` tries it more often.
fn runs() -> u64 {
    match std::env::var_os("SOAK") {
        Some(value) if value == "1" => 600,
        _ => 30,
    }
}

#[test]
fn a_signal_in_the_moment_when_the_file_appears_leaves_nothing() {
    for run in 0..runs() {
        let folder = Folder::empty();
        let args = [["compress", "-o", "out"], ["copy", "-", "out"]][run as usize % 2];
        let signal = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT][run as usize / 2 % 4];
        let mut running = start(listening(&folder).args(args));

        // Held between the making of the file and its registration, or next to it.
        running.until_now(|| !folder.names().is_empty());
        running.signal_now(Signal::STOP);
        running.signal_now(signal);
        running.signal_now(Signal::CONT);
        let ran = running.wait_without_closing();

        assert_eq!(ran.status, 128 + signal.as_raw());
        assert!(folder.names().is_empty(), "run {run}: {:?}", folder.names());
    }
}

#[test]
fn a_signal_at_any_moment_leaves_nothing() {
    for run in 0..runs() {
        let folder = Folder::empty();
        let args = [["compress", "-o", "out"], ["copy", "-", "out"]][run as usize % 2];
        // Before it listens, a signal ends it like any program.
        let running = start(listening(&folder).args(args));

        thread::sleep(Duration::from_micros(run * 20_000 / runs()));
        running.signal_now(Signal::INT);
        running.wait_for_any_end();

        assert!(folder.names().is_empty(), "run {run}: {:?}", folder.names());
    }
}
