//! Terminals, played by `script` of util-linux: compressed data is for files and pipes.

use std::process::{Command, Stdio};

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::peers::peer;
use super::running::{Ran, Running};

/// Runs `streams` with these arguments on a terminal; `None` if there is no `script`.
fn on_a_terminal(folder: &Folder, args: &str) -> Option<Ran> {
    shell_on_a_terminal(folder, &format!("exec \"$STREAMS\" {args}"))
}

fn shell_on_a_terminal(folder: &Folder, line: &str) -> Option<Ran> {
    let script: Command = peer("script")?;
    let mut command = folder.other_command(script);
    command
        .env("STREAMS", env!("CARGO_BIN_EXE_streams"))
        .env("SHELL", "/bin/sh")
        .args(["-qec", line, "/dev/null"])
        .stdin(Stdio::piped());
    // Its stdin stays open: `script` takes the end of it for somebody's Ctrl-D.
    Some(Running::start(&mut command).wait_without_closing())
}

#[test]
fn compressed_data_is_not_written_to_a_terminal() {
    let folder = Folder::with("a", TEXT);

    let Some(ran) = on_a_terminal(&folder, "compress -c a") else {
        return;
    };

    let shown = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status, 1, "{shown}");
    assert!(shown.contains("not written to a terminal; -f"), "{shown}");
}

#[test]
fn compressed_data_is_written_to_a_terminal_by_force() {
    let folder = Folder::with("a", TEXT);

    let Some(ran) = on_a_terminal(&folder, "compress -cf a") else {
        return;
    };

    assert_eq!(ran.status, 0);
    assert!(ran.stdout.windows(2).any(|two| two == [0x1f, 0x8b]));
}

#[test]
fn plain_data_may_be_written_to_a_terminal() {
    let folder = Folder::with("a.gz", Member::of(TEXT).bytes());

    let Some(ran) = on_a_terminal(&folder, "decompress -c a.gz") else {
        return;
    };

    let shown = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status, 0, "{shown}");
    assert!(
        shown.contains(str::from_utf8(TEXT).unwrap().trim_end()),
        "{shown}"
    );
}

#[test]
fn compressed_data_is_not_read_from_a_terminal() {
    let folder = Folder::empty();

    let Some(ran) = on_a_terminal(&folder, "decompress") else {
        return;
    };

    let shown = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.status, 1, "{shown}");
    assert!(shown.contains("not read from a terminal"), "{shown}");
}

#[test]
fn both_programs_of_a_lesson_stand_beside_each_other_where_there_is_room() {
    let folder = Folder::empty();
    let tour = |columns: u16| {
        let line = format!("stty rows 50 cols {columns}; exec \"$STREAMS\" tour fan-out --code");
        let ran = shell_on_a_terminal(&folder, &line)?;
        Some(String::from_utf8(ran.stdout).unwrap().replace('\r', ""))
    };

    let (Some(wide), Some(narrow)) = (tour(210), tour(80)) else {
        return;
    };

    let is_beside = |line: &str| line.contains("fan-out.mjs") && line.contains("fan-out.rs");
    assert!(wide.lines().any(is_beside), "{wide}");
    assert!(!narrow.lines().any(is_beside), "{narrow}");
    assert!(
        narrow.contains("\x1b[1mexamples/fan-out.mjs\x1b[0m\n"),
        "{narrow:?}"
    );
    let piped = String::from_utf8(folder.run("tour fan-out --code").stdout).unwrap();
    assert!(
        !piped.contains('\x1b') && !piped.lines().any(is_beside),
        "{piped}"
    );
}
