//! Terminals, played by `script` of util-linux: compressed data is for files and pipes.

use std::process::{Command, Stdio};

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::peers::peer;
use super::running::{Ran, Running};

/// Runs `streams` with these arguments on a terminal; `None` if there is no `script`.
fn on_a_terminal(folder: &Folder, args: &str) -> Option<Ran> {
    let script: Command = peer("script")?;
    let mut command = folder.other_command(script);
    command
        .env("STREAMS", env!("CARGO_BIN_EXE_streams"))
        .env("SHELL", "/bin/sh")
        .args(["-qec", &format!("exec \"$STREAMS\" {args}"), "/dev/null"])
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
