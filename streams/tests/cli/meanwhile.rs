//! What others do in the folder while we work.

use std::fs;
use std::process::Stdio;

use super::folder::{Folder, TEXT};
use super::running::Running;

/// `streams` with these arguments, at work: it has read some of its stdin and waits for more.
pub fn at_work(folder: &Folder, command: &mut std::process::Command, input: &[u8]) -> Running {
    let mut running = Running::start(command.stdin(Stdio::piped()));
    running.feed(input);
    running.until(|| unfinished(folder));
    running
}

fn unfinished(folder: &Folder) -> bool {
    folder
        .names()
        .iter()
        .any(|name| name.starts_with(".streams-"))
}

#[test]
fn a_file_that_another_makes_meanwhile_is_kept() {
    for args in [["compress", "-o", "out"], ["copy", "-", "out"]] {
        let folder = Folder::empty();
        let mut running = at_work(&folder, folder.command().args(args), TEXT);

        fs::write(folder.path("out"), "mine").unwrap();
        running.feed(TEXT);
        let ran = running.wait();

        ran.expect_line(1, &["out: ", "already exists"]);
        assert_eq!(folder.names(), ["out"], "{args:?}");
        assert_eq!(folder.read("out"), b"mine");
    }
}

#[test]
fn a_file_that_another_makes_meanwhile_is_overwritten_by_force() {
    let folder = Folder::empty();
    let mut command = folder.command();
    let running = at_work(&folder, command.args(["copy", "-f", "-", "out"]), TEXT);

    fs::write(folder.path("out"), "mine").unwrap();
    let ran = running.wait();

    ran.expect_silence();
    assert_eq!(folder.read("out"), TEXT);
}

#[test]
fn an_existing_file_is_there_and_whole_until_the_new_one_is() {
    let folder = Folder::with("out", "the old one");
    let mut command = folder.command();
    let mut running = at_work(&folder, command.args(["copy", "-f", "-", "out"]), TEXT);

    let meanwhile = folder.read("out");
    running.feed(TEXT);
    running.wait().expect_silence();

    assert_eq!(meanwhile, b"the old one");
    assert_eq!(folder.read("out"), TEXT.repeat(2));
}

#[test]
fn a_file_that_takes_the_place_of_the_input_is_not_removed() {
    let folder = Folder::with("log", "").and("new", "the next log");
    let log = fs::File::options().write(true).open(folder.path("log"));
    log.unwrap().set_len(64 << 20).unwrap();
    let mut command = folder.command();
    let mut running = Running::start(command.args(["compress", "--rm", "log"]));
    running.until(|| unfinished(&folder));

    running.signal("STOP");
    fs::rename(folder.path("new"), folder.path("log")).unwrap();
    running.signal("CONT");
    let ran = running.wait();

    ran.expect_line(1, &["log", "is another file by now"]);
    assert_eq!(folder.names(), ["log", "log.gz"]);
    assert_eq!(folder.read("log"), b"the next log");
}

#[test]
fn an_unfinished_file_is_nobody_elses_to_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::with("secret", TEXT);
    fs::set_permissions(folder.path("secret"), fs::Permissions::from_mode(0o600)).unwrap();
    let secret = fs::File::open(folder.path("secret")).unwrap();
    let mut command = folder.command();
    command.args(["copy", "-", "out"]).stdin(secret);

    let ran = Running::start(&mut command).wait();

    ran.expect_silence();
    let mode = fs::metadata(folder.path("out"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_input_that_changes_while_it_is_read_is_not_removed() {
    for args in ["compress --rm log", "copy log copied"] {
        let folder = Folder::with("log", vec![1; 64 << 20]);
        let mut command = folder.command();
        let mut running = Running::start(command.args(args.split_whitespace()));
        running.until(|| unfinished(&folder));

        running.signal("STOP");
        fs::File::options()
            .write(true)
            .open(folder.path("log"))
            .unwrap()
            .set_len(1_000)
            .unwrap();
        running.signal("CONT");
        let ran = running.wait();

        ran.expect_line(2, &["log", "warning", "changed while it was read"]);
        assert_eq!(folder.read("log").len(), 1_000, "{args}");
    }
}
