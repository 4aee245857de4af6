//! Readers that go away, and devices that are full.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::random::random_bytes;
use super::running::Running;

/// More than any pipe holds, however it is compressed.
fn noise() -> Vec<u8> {
    random_bytes(1, 1_000_000)
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = Folder::with("a", noise()).and("a.gz", Member::of(&noise()).bytes());

    for args in [
        ["compress", "-c", "a"],
        ["decompress", "-c", "a.gz"],
        ["copy", "a", "-"],
    ] {
        let mut running = Running::start(folder.command().args(args));
        let mut stdout = running.take_stdout();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);

        running.wait().expect_silence();
        assert_eq!(folder.names(), ["a", "a.gz"], "{args:?}");
    }
}

#[test]
fn a_reader_that_was_never_there_is_no_error() {
    let folder = Folder::with("a", TEXT).and("a.gz", Member::of(TEXT).bytes());

    for args in [
        "compress -c a",
        "compress -c a a",
        "decompress -c a.gz",
        "copy a -",
        "list a.gz",
        "tour",
        "tour --list",
        "--help",
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = folder.command();
        command.args(args.split_whitespace()).stdout(writer);
        let running = Running::start(&mut command);
        // Ours is a copy of the writing end.
        drop(command);

        let ran = running.wait();

        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{args}");
        assert_eq!(folder.names(), ["a", "a.gz"], "{args}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_one_line_that_names_stdout() {
    let folder = Folder::with("a", TEXT).and("a.gz", Member::of(TEXT).bytes());

    for args in ["compress -c a", "decompress -c a.gz", "copy a -"] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = folder.command();
        command.args(args.split_whitespace()).stdout(full);

        let ran = Running::start(&mut command).wait();

        ran.expect_line(1, &["stdout: ", "cannot write", "No space left"]);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_one_line_that_names_it() {
    let folder = Folder::with("a", noise()).and("a.gz", Member::of(&noise()).bytes());

    for args in [
        "compress a -o /dev/full",
        "decompress a.gz -o /dev/full",
        "copy a /dev/full",
    ] {
        let ran = folder.run(args);

        ran.expect_line(1, &["/dev/full: ", "cannot write", "No space left"]);
        assert_eq!(folder.names(), ["a", "a.gz"], "{args}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_list_that_cannot_be_written_is_a_failure() {
    let folder = Folder::with("a.gz", Member::of(TEXT).bytes());
    let full = File::options().write(true).open("/dev/full").unwrap();

    let ran = Running::start(folder.command().args(["list", "a.gz"]).stdout(full)).wait();

    ran.expect_line(1, &["No space left"]);
}

#[test]
fn what_is_read_from_a_pipe_is_written_before_the_pipe_ends() {
    let folder = Folder::empty();
    let mut command = folder.command();
    command.arg("decompress").stdin(Stdio::piped());
    let mut running = Running::start(&mut command);
    let mut stdout = running.take_stdout();

    running.feed(&Member::of(TEXT).bytes());
    let mut first = vec![0; TEXT.len()];
    stdout.read_exact(&mut first).unwrap();

    assert_eq!(first, TEXT);
    running.wait().expect_silence();
}
