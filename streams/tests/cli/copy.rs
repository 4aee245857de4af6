//! `copy`: one file, whole or not at all.

use super::folder::{Folder, TEXT};
use super::peers::peer;
use super::random::random_bytes;
use super::running::Running;

#[test]
fn a_copy_is_the_same() {
    for len in [0, 1, 65_536, 3_000_000] {
        let noise = random_bytes(2, len);
        let folder = Folder::with("a", &noise);

        folder.run("copy a b").expect_silence();

        assert!(folder.read("b") == noise, "{len} bytes");
        assert_eq!(folder.names(), ["a", "b"]);
    }
}

#[test]
fn an_existing_file_is_overwritten_by_force() {
    let folder = Folder::with("a", TEXT).and("b", "what was there before ".repeat(100));

    folder.run("copy -f a b").expect_silence();

    assert_eq!(folder.read("b"), TEXT);
}

#[test]
#[cfg(unix)]
fn a_file_may_be_copied_onto_itself_by_force() {
    let folder = Folder::with("a", TEXT);

    folder.run("copy -f a a").expect_silence();

    assert_eq!(folder.read("a"), TEXT);
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn dashes_are_stdin_and_stdout() {
    let folder = Folder::with("a", TEXT);

    assert_eq!(folder.run_with("copy - -", TEXT).stdout, TEXT);
    assert_eq!(folder.run("copy a -").stdout, TEXT);
    folder.run_with("copy - b", TEXT).expect_silence();

    assert_eq!(folder.read("b"), TEXT);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_does_not_know_its_size_is_copied_whole() {
    let folder = Folder::empty();

    folder.run("copy /proc/version version").expect_silence();

    assert_eq!(
        folder.read("version"),
        std::fs::read("/proc/version").unwrap()
    );
}

#[test]
fn a_copy_into_a_folder_keeps_its_name() {
    let folder = Folder::with("a", TEXT);
    std::fs::create_dir(folder.path("sub")).unwrap();

    folder.run("copy a sub").expect_silence();
    folder
        .run("copy a sub/")
        .expect_line(1, &["sub/a", "already exists"]);

    assert_eq!(folder.read("sub/a"), TEXT);
}

#[test]
fn an_error_of_the_output_is_not_blamed_on_the_input() {
    let folder = Folder::with("a", TEXT);
    let Some(mut strace) = peer("strace") else {
        return;
    };
    // One call of the system reads and writes.
    strace.args([
        "-f",
        "-o",
        "trace",
        "-e",
        "inject=copy_file_range:error=EIO",
    ]);
    strace.args([env!("CARGO_BIN_EXE_streams"), "copy", "a", "b"]);

    let ran = Running::start(&mut folder.other_command(strace)).wait();

    let trace = String::from_utf8(folder.read("trace")).unwrap();
    assert!(trace.contains("(INJECTED)"), "{trace}");
    ran.expect_line(1, &["streams: b: cannot write: ", "nput/output error"]);
    assert_eq!(folder.names(), ["a", "trace"]);
}
