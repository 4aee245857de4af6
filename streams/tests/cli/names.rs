//! Names that would do something to a terminal, or to another folder.

use std::ffi::OsStr;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::running::{Ran, Running};

const NAME: u8 = 3;

/// Clears the screen, rings, turns the order of reading round, and begins a line of its own.
const EVIL: &str = "\u{1b}[2J\u{7}\u{202e}\nstreams: all is well\r\u{9b}";

fn run(folder: &Folder, args: &[&OsStr]) -> Ran {
    Running::start(folder.command().args(args)).wait()
}

/// Fails the test if there is a character in `text` that a terminal obeys.
#[track_caller]
fn expect_harmless(text: &str) {
    let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!text.contains(obeyed), "{text:?}");
}

#[test]
#[cfg(unix)]
fn control_characters_in_the_name_of_a_file_are_written_out_in_messages() {
    let folder = Folder::empty();
    let missing = OsStr::new(EVIL);

    for verb in ["compress", "test", "list"] {
        let ran = run(&folder, &[verb.as_ref(), missing]);

        ran.expect_line(1, &["u{1b}", "No such file"]);
        expect_harmless(&ran.stderr);
    }
}

#[test]
fn control_characters_in_a_stored_name_are_written_out_by_list() {
    let stored = [EVIL.as_bytes(), &[0]].concat();
    let folder = Folder::with("a.gz", Member::of(TEXT).with_field(NAME, &stored).bytes());

    let ran = folder.run("list a.gz");

    ran.expect_silence();
    let stdout = String::from_utf8(ran.stdout).unwrap();
    expect_harmless(&stdout);
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
    assert!(stdout.contains("u{1b}"), "{stdout}");
}

#[test]
#[cfg(unix)]
fn control_characters_in_the_name_of_a_file_are_written_out_by_list() {
    let name = OsStr::new("\u{1b}[2J\n.gz");
    let folder = Folder::with(name, Member::of(TEXT).bytes());

    let ran = run(&folder, &["list".as_ref(), name]);

    ran.expect_silence();
    expect_harmless(str::from_utf8(&ran.stdout).unwrap());
}

#[test]
fn a_stored_name_never_says_where_the_output_goes() {
    for stored in ["../../escaped", "/tmp/escaped", "other"] {
        let stored = [stored.as_bytes(), &[0]].concat();
        let folder = Folder::with("a.gz", Member::of(TEXT).with_field(NAME, &stored).bytes());

        folder.run("decompress a.gz").expect_silence();

        assert_eq!(folder.names(), ["a", "a.gz"]);
    }
}

#[test]
#[cfg(unix)]
fn a_name_that_is_not_utf8_is_a_name_like_any_other() {
    let name = OsStr::from_bytes(b"caf\xe9");
    let folder = Folder::with(name, TEXT);

    run(&folder, &["compress".as_ref(), "--rm".as_ref(), name]).expect_silence();
    let packed = OsStr::from_bytes(b"caf\xe9.gz");
    assert!(folder.path(packed).exists());
    run(&folder, &["decompress".as_ref(), "--rm".as_ref(), packed]).expect_silence();

    assert_eq!(std::fs::read(folder.path(name)).unwrap(), TEXT);
}

#[test]
fn a_name_that_begins_with_a_dash_can_be_given_after_two() {
    let folder = Folder::with("-c", TEXT);

    folder.run("compress -- -c").expect_silence();

    assert_eq!(folder.names(), ["-c", "-c.gz"]);
}
