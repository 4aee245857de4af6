//! What a file is besides its bytes: mode, time, and the name in the header.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flate2::read::GzDecoder;

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::running::Running;

const SECONDS: u32 = 1_234_567_890;

fn then() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(SECONDS.into())
}

fn aged(folder: &Folder, name: &str, mode: u32) {
    let path = folder.path(name);
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(then())
        .unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
}

fn mode(folder: &Folder, name: &str) -> u32 {
    fs::metadata(folder.path(name))
        .unwrap()
        .permissions()
        .mode()
        & 0o7777
}

fn modified(folder: &Folder, name: &str) -> SystemTime {
    fs::metadata(folder.path(name)).unwrap().modified().unwrap()
}

/// The name and the time in the header of a gzip file.
fn stored(file: &[u8]) -> (Option<Vec<u8>>, u32) {
    let decoder = GzDecoder::new(file);
    let header = decoder.header().unwrap();
    (header.filename().map(<[u8]>::to_vec), header.mtime())
}

#[test]
fn mode_and_time_are_kept() {
    for file_mode in [0o600, 0o640, 0o644, 0o755, 0o400] {
        let folder = Folder::with("a", TEXT).and("b.gz", Member::of(TEXT).bytes());
        aged(&folder, "a", file_mode);
        aged(&folder, "b.gz", file_mode);

        for (args, output) in [
            ("compress a", "a.gz"),
            ("decompress b.gz", "b"),
            ("copy a c", "c"),
        ] {
            folder.run(args).expect_silence();

            assert_eq!(
                mode(&folder, output),
                file_mode,
                "{args}, mode {file_mode:o}"
            );
            assert_eq!(modified(&folder, output), then(), "{args}");
        }
    }
}

#[test]
fn the_right_to_run_as_the_owner_is_not_taken_over() {
    let folder = Folder::with("a", TEXT);
    aged(&folder, "a", 0o6755);

    folder.run("copy a b").expect_silence();

    assert_eq!(mode(&folder, "b"), 0o755);
}

#[test]
fn what_comes_from_a_pipe_has_the_mode_of_any_new_file() {
    let folder = Folder::empty();
    let mut command = folder.other_command(Command::new("sh"));
    command
        .args(["-c", r#"umask 027; exec "$0" compress -o a.gz"#])
        .arg(env!("CARGO_BIN_EXE_streams"))
        .stdin(Stdio::piped());

    let mut running = Running::start(&mut command);
    running.feed(TEXT);
    running.wait().expect_silence();

    assert_eq!(mode(&folder, "a.gz"), 0o640);
}

#[test]
fn name_and_time_are_stored_without_the_folder() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("sub")).unwrap();
    fs::write(folder.path("sub/a.txt"), TEXT).unwrap();
    aged(&folder, "sub/a.txt", 0o644);

    folder.run("compress sub/a.txt").expect_silence();

    let expected = (Some(b"a.txt".to_vec()), SECONDS);
    assert_eq!(stored(&folder.read("sub/a.txt.gz")), expected);
}

#[test]
fn n_stores_neither_name_nor_time() {
    let folder = Folder::with("a", TEXT);

    folder.run("compress -n a").expect_silence();

    assert_eq!(stored(&folder.read("a.gz")), (None, 0));
}

#[test]
fn stdin_has_neither_name_nor_time() {
    let folder = Folder::with("a", TEXT);

    let piped = folder.run_with("compress", TEXT);
    let file = File::open(folder.path("a")).unwrap();
    let redirected = Running::start(folder.command().arg("compress").stdin(file)).wait();

    assert_eq!(stored(&piped.stdout), (None, 0));
    assert_eq!(stored(&redirected.stdout), (None, 0));
}

#[test]
fn a_time_that_no_header_can_hold_is_not_stored() {
    let folder = Folder::with("a", TEXT);
    let file = File::options().write(true).open(folder.path("a")).unwrap();
    let far = UNIX_EPOCH + Duration::from_secs(1 << 33);
    let past = UNIX_EPOCH - Duration::from_secs(1_000);

    for time in [far, past] {
        file.set_modified(time).unwrap();
        folder.run("compress -f a").expect_silence();

        assert_eq!(stored(&folder.read("a.gz")), (Some(b"a".to_vec()), 0));
    }
}
