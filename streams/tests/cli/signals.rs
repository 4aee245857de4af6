//! Ctrl-C and its relatives: nothing unfinished stays, and the status says which it was.

use std::process::Command;

use super::folder::{Folder, TEXT};
use super::meanwhile::at_work;
use super::member::Member;

const SIGNALS: [(&str, i32); 3] = [("INT", 130), ("TERM", 143), ("HUP", 129)];

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
            let running = at_work(&folder, folder.command().args(args), input);

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
    let mut command = folder.command();
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
