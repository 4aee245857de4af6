//! Which inputs are taken, which are refused, and what becomes of them.

use std::fs::{self, File, Permissions};
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};

use super::folder::{Folder, TEXT, not_found};
use super::member::Member;
use super::peers::peer;
use super::running::Running;

fn gz() -> Vec<u8> {
    Member::of(TEXT).bytes()
}

#[test]
fn wrong_usage_is_status_1() {
    for args in [
        "nonsense",
        "compress --nonsense",
        "compress -c -o x",
        "-p 0",
        "compress -k --rm x",
    ] {
        let ran = Folder::empty().run(args);

        assert_eq!(ran.status, 1, "{args}");
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{args}");
    }
}

#[test]
fn help_and_version_are_status_0_on_stdout() {
    for args in ["--help", "compress --help", "list -h", "--version"] {
        let ran = Folder::empty().run(args);

        ran.expect_silence();
        assert!(!ran.stdout.is_empty(), "{args}");
    }
}

#[test]
fn a_bad_file_does_not_keep_the_others_from_being_done() {
    let folder = Folder::with("a.gz", gz())
        .and("b.gz", "no gzip")
        .and("c.gz", gz());

    let ran = folder.run("decompress a.gz b.gz missing.gz c.gz");

    assert_eq!(ran.status, 1);
    let blamed: Vec<_> = ran
        .stderr
        .lines()
        .map(|line| line.split(": ").nth(1))
        .collect();
    assert_eq!(blamed, [Some("b.gz"), Some("missing.gz")], "{}", ran.stderr);
    assert_eq!(folder.names(), ["a", "a.gz", "b.gz", "c", "c.gz"]);
}

#[test]
fn a_failure_counts_more_than_a_warning() {
    let folder = Folder::with("a.gz", [gz(), b"rest".to_vec()].concat()).and("b.gz", "no gzip");

    for args in ["test a.gz b.gz", "test b.gz a.gz", "decompress a.gz b.gz"] {
        assert_eq!(folder.run(args).status, 1, "{args}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::empty();

    for args in [
        "compress x.gz",
        "compress y",
        "decompress y.gz",
        "test y",
        "list y",
        "copy y z",
    ] {
        let ran = folder.run(args);

        let name = args.split_whitespace().nth(1).unwrap();
        let said = if name == "x.gz" {
            "suffix"
        } else {
            &not_found()
        };
        ran.expect_line(1, &[name, said]);
        assert!(folder.names().is_empty(), "{args}");
    }
}

#[test]
fn a_folder_is_refused() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("sub.gz")).unwrap();
    fs::create_dir(folder.path("sub")).unwrap();

    for args in [
        "compress sub",
        "decompress sub.gz",
        "decompress -c sub.gz",
        "test sub.gz",
        "copy sub x",
    ] {
        let ran = folder.run(args);

        ran.expect_line(1, &["sub", "directory"]);
        assert_eq!(folder.names(), ["sub", "sub.gz"], "{args}");
    }
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_read_is_named() {
    let folder = Folder::with("secret", TEXT);
    fs::set_permissions(folder.path("secret"), Permissions::from_mode(0o000)).unwrap();
    if File::open(folder.path("secret")).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }

    let ran = folder.run("compress secret");

    ran.expect_line(1, &["secret", "ermission denied"]);
    assert_eq!(folder.names(), ["secret"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_fails_while_it_is_read_leaves_nothing() {
    let folder = Folder::empty();

    for args in ["compress /proc/self/mem -o out", "copy /proc/self/mem out"] {
        let ran = folder.run(args);

        ran.expect_line(1, &["/proc/self/mem", "nput/output error"]);
        assert!(folder.names().is_empty(), "{args}");
    }
}

#[test]
fn what_has_the_suffix_already_is_compressed_again_only_by_force() {
    let folder = Folder::with("a.gz", gz());

    folder
        .run("compress a.gz")
        .expect_line(1, &["a.gz", "suffix"]);
    assert_eq!(folder.names(), ["a.gz"]);

    folder.run("compress -f a.gz").expect_silence();
    assert_eq!(folder.names(), ["a.gz", "a.gz.gz"]);
}

#[test]
fn an_unknown_suffix_needs_a_name_for_the_output() {
    let folder = Folder::with("packed", gz());

    folder
        .run("decompress packed")
        .expect_line(1, &["packed", "suffix"]);
    assert_eq!(folder.names(), ["packed"]);

    folder.run("decompress packed -o plain").expect_silence();
    assert_eq!(folder.read("plain"), TEXT);
}

#[test]
fn the_input_is_kept_unless_it_is_to_be_removed() {
    for keep in ["", "-k"] {
        let folder = Folder::with("a", TEXT);
        folder.run(&format!("compress {keep} a")).expect_silence();
        assert_eq!(folder.names(), ["a", "a.gz"]);
    }

    let folder = Folder::with("a", TEXT);
    folder.run("compress --rm a").expect_silence();
    assert_eq!(folder.names(), ["a.gz"]);
    folder.run("decompress --rm a.gz").expect_silence();
    assert_eq!(folder.names(), ["a"]);
    assert_eq!(folder.read("a"), TEXT);
}

#[test]
#[cfg(target_os = "linux")]
fn an_input_that_could_not_be_done_is_not_removed() {
    let mut cut = gz();
    cut.pop();
    let folder = Folder::with("cut.gz", cut)
        .and("there", "mine")
        .and("there.gz", gz());

    for args in [
        "decompress --rm cut.gz",
        "decompress --rm there.gz",
        "decompress --rm --max-output 5 there.gz -o small",
        "compress --rm there -o /dev/full",
        "compress --rm there -o missing/there.gz",
    ] {
        let ran = folder.run(args);

        assert_eq!(ran.status, 1, "{args}: {}", ran.stderr);
        assert_eq!(folder.names(), ["cut.gz", "there", "there.gz"], "{args}");
        assert_eq!(folder.read("there"), b"mine", "{args}");
    }
}

#[test]
#[cfg(unix)]
fn only_a_regular_file_is_removed() {
    let folder = Folder::with("a", TEXT);
    symlink("a", folder.path("link")).unwrap();

    folder
        .run("compress --rm link")
        .expect_line(1, &["link", "symbolic link"]);
    folder
        .run("compress --rm /dev/null -o b")
        .expect_line(1, &["/dev/null", "regular"]);

    assert_eq!(folder.names(), ["a", "link"]);
}

#[test]
fn stdin_is_nothing_to_remove() {
    let folder = Folder::with("-", TEXT);

    for args in [
        "compress --rm",
        "compress --rm -",
        "compress --rm - -o packed",
    ] {
        folder.run_with(args, TEXT).expect_silence();
    }

    assert_eq!(folder.names(), ["-", "packed"]);
}

#[test]
#[cfg(unix)]
fn what_would_be_lost_is_not_removed() {
    let garbage = [gz(), b"and a note".to_vec()].concat();
    let folder = Folder::with("a", TEXT).and("noted.gz", garbage);

    for args in [
        "compress -f --rm -o a a",
        "compress -f --rm -o ./a a",
        "compress --rm -o /dev/null a",
        "compress --rm -o - a",
    ] {
        folder.run(args).expect_line(1, &["streams: a: "]);
    }
    folder
        .run("decompress --rm noted.gz")
        .expect_line(2, &["warning"]);

    assert_eq!(folder.names(), ["a", "noted", "noted.gz"]);
    assert_eq!(folder.read("a"), TEXT);
}

#[test]
fn a_slip_in_the_number_of_threads_is_wrong_usage() {
    let folder = Folder::with("a", TEXT);

    for threads in ["0", "257", "100000", "10000000000000000000"] {
        let ran = folder.run(&format!("compress -p {threads} a"));

        assert_eq!(ran.status, 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }

    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn the_output_is_on_the_disk_before_the_source_is_removed() {
    let folder = Folder::with("a", TEXT).and("b.gz", gz());

    for (args, temporary, source) in [("compress --rm a", "a.gz", "a"), ("-d b.gz", "b", "b.gz")] {
        let Some(mut strace) = peer("strace") else {
            return;
        };
        strace.args([
            "-f",
            "-y",
            "-o",
            "trace",
            "-e",
            "trace=fsync,/^rename,/^link,/^unlink",
        ]);
        strace
            .arg(env!("CARGO_BIN_EXE_streams"))
            .args(args.split_whitespace());
        Running::start(&mut folder.other_command(strace))
            .wait()
            .expect_silence();

        // The file, its name, the folder, and only then the source.
        let trace = String::from_utf8(folder.read("trace")).unwrap();
        let steps = [
            ".streams-",
            &format!("\"{temporary}\""),
            "fsync(",
            &format!("unlink(\"{source}\""),
        ];
        let mut rest = trace.as_str();
        for step in steps {
            let at = rest
                .find(step)
                .unwrap_or_else(|| panic!("no {step} in its place: {trace}"));
            rest = &rest[at + step.len()..];
        }
        assert!(trace.find("fsync(") < trace.find("rename"), "{trace}");
    }
}
