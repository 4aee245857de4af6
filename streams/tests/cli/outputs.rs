//! Where the output goes, and what is never overwritten.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use super::folder::{Folder, TEXT, not_found};
use super::member::Member;

fn gz() -> Vec<u8> {
    Member::of(TEXT).bytes()
}

#[test]
fn an_existing_file_is_kept_without_force() {
    let folder = Folder::with("a", TEXT)
        .and("a.gz", "mine")
        .and("b.gz", gz())
        .and("b", "mine");

    for (args, name) in [
        ("compress a", "a.gz"),
        ("compress a -o b", "b:"),
        ("decompress b.gz", "b:"),
        ("copy a b", "b:"),
    ] {
        let ran = folder.run(args);

        ran.expect_line(1, &[name, "already exists", "-f"]);
        assert_eq!(folder.names(), ["a", "a.gz", "b", "b.gz"]);
    }
    assert_eq!(
        (folder.read("a.gz"), folder.read("b")),
        (b"mine".to_vec(), b"mine".to_vec())
    );
}

#[test]
fn an_existing_file_is_overwritten_by_force() {
    let folder = Folder::with("b.gz", gz()).and("b", "longer than what will be there ".repeat(9));

    folder.run("decompress -f b.gz").expect_silence();

    assert_eq!(folder.names(), ["b", "b.gz"]);
    assert_eq!(folder.read("b"), TEXT);
}

#[test]
fn an_existing_file_survives_a_failure_even_by_force() {
    let mut cut = gz();
    cut.pop();
    let folder = Folder::with("b.gz", cut).and("b", "mine");

    let ran = folder.run("decompress -f b.gz");

    ran.expect_line(1, &["b.gz", "cut short"]);
    assert_eq!(folder.names(), ["b", "b.gz"]);
    assert_eq!(folder.read("b"), b"mine");
}

#[test]
#[cfg(unix)]
fn a_link_to_nowhere_is_not_followed() {
    let folder = Folder::with("b.gz", gz());
    symlink("nowhere", folder.path("b")).unwrap();

    let ran = folder.run("decompress b.gz");

    ran.expect_line(1, &["b:", "already exists"]);
    assert_eq!(folder.names(), ["b", "b.gz"]);
}

#[test]
#[cfg(unix)]
fn a_link_to_a_file_stays_and_the_file_is_replaced() {
    for args in ["decompress -f b.gz", "copy -f b.gz b"] {
        let folder = Folder::with("b.gz", gz()).and("far", "old");
        symlink("far", folder.path("b")).unwrap();

        folder.run(args).expect_silence();

        assert!(folder.path("b").is_symlink(), "{args}");
        assert_ne!(folder.read("far"), b"old");
        assert_eq!(folder.names(), ["b", "b.gz", "far"]);
    }
}

#[test]
fn o_names_the_output_of_one_input() {
    let folder = Folder::with("a", TEXT).and("b", TEXT);

    folder.run("compress a -o packed").expect_silence();
    assert_eq!(folder.names(), ["a", "b", "packed"]);

    let ran = folder.run("compress a b -o both");
    assert_eq!(ran.status, 1);
    assert_eq!(folder.names(), ["a", "b", "packed"]);
}

#[test]
fn c_writes_to_stdout_one_after_the_other() {
    let folder = Folder::with("a", TEXT).and("b", "and b");

    let packed = folder.run("compress -c a b");
    packed.expect_silence();
    let plain = folder.run_with("decompress", &packed.stdout);

    plain.expect_silence();
    assert_eq!(plain.stdout, [TEXT, b"and b"].concat());
    assert_eq!(folder.names(), ["a", "b"]);
}

#[test]
fn a_dash_is_stdin_or_stdout() {
    let folder = Folder::empty();

    for args in [
        "compress",
        "compress -",
        "compress -c",
        "compress -c -",
        "compress -o -",
    ] {
        let packed = folder.run_with(args, TEXT);
        packed.expect_silence();
        let plain = folder.run_with("decompress -", &packed.stdout);

        plain.expect_silence();
        assert_eq!(plain.stdout, TEXT, "{args}");
    }
    assert!(folder.names().is_empty());
}

#[test]
fn stdin_may_go_to_a_file() {
    let folder = Folder::empty();

    folder
        .run_with("compress -o packed.gz", TEXT)
        .expect_silence();
    folder.run("decompress packed.gz").expect_silence();

    assert_eq!(folder.names(), ["packed", "packed.gz"]);
    assert_eq!(folder.read("packed"), TEXT);
}

#[test]
fn tgz_becomes_tar() {
    let folder = Folder::with("folder.tgz", gz());

    folder.run("decompress folder.tgz").expect_silence();

    assert_eq!(folder.names(), ["folder.tar", "folder.tgz"]);
}

#[test]
fn each_format_has_its_suffix() {
    for (format, suffix) in [("gzip", "gz"), ("zlib", "zz"), ("deflate", "deflate")] {
        let folder = Folder::with("a", TEXT);

        folder
            .run(&format!("compress --rm --format {format} a"))
            .expect_silence();
        assert_eq!(folder.names(), [format!("a.{suffix}")]);
        folder
            .run(&format!("decompress --rm a.{suffix}"))
            .expect_silence();

        assert_eq!(folder.read("a"), TEXT);
    }
}

#[test]
fn a_folder_is_no_output() {
    let folder = Folder::with("a", TEXT);
    fs::create_dir(folder.path("sub")).unwrap();

    for args in ["compress a -o sub", "compress -f a -o sub"] {
        folder.run(args).expect_line(1, &["sub", "directory"]);
    }

    assert_eq!(folder.names(), ["a", "sub"]);
}

#[test]
fn an_output_in_a_missing_folder_is_named() {
    let folder = Folder::with("a", TEXT);

    // Windows has other words for a folder than for a file.
    let unix_says = if cfg!(unix) { &*not_found() } else { "" };
    for args in ["compress a -o missing/a.gz", "copy a missing/a"] {
        folder
            .run(args)
            .expect_line(1, &["missing/a", "cannot write", unix_says]);
    }
}

#[test]
#[cfg(unix)]
fn dev_null_is_written_to_and_stays_what_it_is() {
    let folder = Folder::with("a", TEXT);

    folder.run("compress a -o /dev/null").expect_silence();

    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn every_level_comes_back() {
    let folder = Folder::empty();

    for level in [
        "-1",
        "-2",
        "-3",
        "-4",
        "-5",
        "-6",
        "-7",
        "-8",
        "-9",
        "--level 0",
        "--level 9",
    ] {
        let packed = folder.run_with(&format!("compress {level} -p 3"), TEXT);
        packed.expect_silence();

        assert_eq!(
            folder.run_with("decompress", &packed.stdout).stdout,
            TEXT,
            "{level}"
        );
    }
}
