//! Ctrl-C and its relatives: nothing unfinished stays, and the status says which it was.

use std::process::Command;

use rustix::process::Signal;

use super::folder::{Folder, TEXT};
use super::meanwhile::at_work;
use super::member::Member;
use super::running::Running;

const SIGNALS: [(&str, i32); 4] = [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)];

/// `streams` with the signals as a terminal has them, whatever the caller of these tests ignores (`nohup`).
fn listening(folder: &Folder) -> Command {
    if !cfg!(target_os = "linux") {
        return folder.command();
    }
    let mut command = folder.other_command(Command::new("env"));
    command.args([
        "--default-signal=INT,TERM,HUP,QUIT",
        env!("CARGO_BIN_EXE_streams"),
    ]);
    command
}

/// `streams` started by a shell that ignores the signals named.
fn ignoring(folder: &Folder, signals: &str, args: &[&str]) -> Command {
    let mut command = folder.other_command(Command::new("sh"));
    command
        .args(["-c", &format!(r#"trap "" {signals}; exec "$0" "$@""#)])
        .arg(env!("CARGO_BIN_EXE_streams"))
        .args(args);
    command
}

#[test]
fn a_signal_leaves_nothing_behind() {
    let packed = Member::of(TEXT).bytes();
    let half = &packed[..packed.len() / 2];

    for (signal, status) in SIGNALS {
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
                (status, ""),
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
        let mut command = ignoring(&folder, signal, &["copy", "-", "out"]);
        let mut running = at_work(&folder, &mut command, TEXT);

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
    let mut command = ignoring(&folder, "INT HUP", &["compress", "-o", "out"]);
    let running = at_work(&folder, &mut command, TEXT);

    running.signal("INT");
    running.signal("TERM");
    let ran = running.wait_without_closing();

    assert_eq!(ran.status, 143);
    assert!(folder.names().is_empty());
}

/// `SOAK=1` tries it more often.
fn runs() -> u64 {
    match std::env::var_os("SOAK") {
        Some(value) if value == "1" => 600,
        _ => 60,
    }
}

#[test]
fn a_signal_in_the_moment_when_the_file_appears_leaves_nothing() {
    for run in 0..runs() {
        let folder = Folder::empty();
        let args = [["compress", "-o", "out"], ["copy", "-", "out"]][run as usize % 2];
        let signal = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT][run as usize / 2 % 4];
        let mut command = listening(&folder);
        let running = Running::start(command.args(args).stdin(std::process::Stdio::piped()));

        // Held between the making of the file and its registration, or next to it.
        while folder.names().is_empty() {}
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
        let mut command = listening(&folder);
        command.args(args).stdin(std::process::Stdio::piped());
        // Before it listens, a signal ends it like any program.
        let mut running = Running::start(&mut command);

        std::thread::sleep(std::time::Duration::from_micros(run * 20_000 / runs()));
        running.signal_now(Signal::INT);
        running.until_ended(|| {});

        assert!(folder.names().is_empty(), "run {run}: {:?}", folder.names());
    }
}
