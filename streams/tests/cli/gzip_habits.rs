//! What people type who know gzip: options without a verb, as `alias gzip=streams` and `tar -I streams` give them.

use std::fs::{self, File};
use std::process::Command;

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::peers::peer;
use super::running::Running;

fn gz() -> Vec<u8> {
    Member::of(TEXT).bytes()
}

#[test]
fn without_a_verb_the_source_is_removed() {
    let folder = Folder::with("a", TEXT);

    folder.run("a").expect_silence();
    assert_eq!(folder.names(), ["a.gz"]);
    folder.run("-d a.gz").expect_silence();

    assert_eq!(folder.names(), ["a"]);
    assert_eq!(folder.read("a"), TEXT);
}

#[test]
fn k_and_c_keep_the_source() {
    let folder = Folder::with("a", TEXT).and("b.gz", gz());

    folder.run("-k a").expect_silence();
    assert!(folder.run("-c9 a").stdout.starts_with(&[0x1f, 0x8b]));
    folder.run("-dk b.gz").expect_silence();
    assert_eq!(folder.run("-dc b.gz").stdout, TEXT);
    assert_eq!(folder.run("--decompress --stdout b.gz").stdout, TEXT);
    assert_eq!(folder.run("--uncompress --to-stdout b.gz").stdout, TEXT);

    assert_eq!(folder.names(), ["a", "a.gz", "b", "b.gz"]);
}

#[test]
#[cfg(unix)]
fn a_file_with_other_links_is_left_alone_without_f() {
    let folder = Folder::with("a", TEXT).and("b.gz", gz());
    fs::hard_link(folder.path("a"), folder.path("also a")).unwrap();
    fs::hard_link(folder.path("b.gz"), folder.path("c.gz")).unwrap();

    for args in ["a", "-k a", "-d b.gz"] {
        folder.run(args).expect_line(2, &["has other links", "-f"]);
    }
    assert_eq!(folder.run("-q a").stderr, "");
    assert_eq!(folder.names(), ["a", "also a", "b.gz", "c.gz"]);
    assert_eq!(folder.run("-dc b.gz").stdout, TEXT);
    folder.run("-t b.gz").expect_silence();
    folder.run("compress a").expect_silence();
    folder.run("-f a").expect_silence();
    folder.run("-df b.gz").expect_silence();

    assert_eq!(folder.names(), ["a.gz", "also a", "b", "c.gz"]);
}

#[test]
fn t_and_l_check_and_list() {
    let folder = Folder::with("a.gz", gz()).and("b.gz", "no gzip");

    folder.run("-t a.gz").expect_silence();
    folder.run("-tv a.gz").expect_line(0, &["a.gz: OK"]);
    folder
        .run("-t b.gz")
        .expect_line(1, &["b.gz", "not in gzip format"]);
    let listed = folder.run("-l a.gz");

    assert!(
        String::from_utf8(listed.stdout)
            .unwrap()
            .contains(" a.gz\n")
    );
    assert_eq!(folder.names(), ["a.gz", "b.gz"]);
}

#[test]
fn the_last_level_counts() {
    let text: Vec<u8> = (0..20_000)
        .flat_map(|n: u32| format!("{n} ").into_bytes())
        .collect();
    let folder = Folder::with("a", text);
    let bytes = |args: &str| folder.run(&format!("-cn {args} a")).stdout;
    let (least, most) = (bytes("-1"), bytes("-9"));
    assert_ne!(least, most);

    for args in ["-9 -1", "--best --fast", "-69 --level 1", "-91"] {
        assert!(bytes(args) == least, "{args}");
    }
    for args in [
        "-1 -9",
        "--fast --best",
        "-19",
        "--level 1 -9",
        "-6 --level=9",
    ] {
        assert!(bytes(args) == most, "{args}");
    }
}

#[test]
fn f_overwrites_and_v_may_be_said_twice() {
    let folder = Folder::with("a", TEXT).and("a.gz", "old");

    folder.run("a").expect_line(1, &["a.gz", "already exists"]);
    folder.run("-f -vv a").expect_line(0, &["a: ", "a.gz"]);
    folder.run("-vdq a.gz").expect_silence();

    assert_eq!(folder.names(), ["a"]);
}

#[test]
#[cfg(unix)]
fn r_takes_the_files_of_a_folder() {
    let folder = Folder::with("x", TEXT);
    fs::create_dir_all(folder.path("sub/deep")).unwrap();
    fs::write(folder.path("sub/a"), TEXT).unwrap();
    fs::write(folder.path("sub/deep/b"), TEXT).unwrap();
    fs::write(folder.path("sub/deep/c.gz"), gz()).unwrap();
    std::os::unix::fs::symlink("../x", folder.path("sub/link")).unwrap();

    folder.run("-r sub").expect_silence();
    let names = |name| {
        let entries = fs::read_dir(folder.path(name)).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sub"), ["a.gz", "deep", "link"]);
    assert_eq!(names("sub/deep"), ["b.gz", "c.gz"]);
    folder.run("-dr sub").expect_silence();

    assert_eq!(names("sub"), ["a", "deep", "link"]);
    assert_eq!(names("sub/deep"), ["b", "c"]);
    folder.run("sub").expect_line(1, &["sub", "directory"]);
}

#[test]
fn s_names_the_suffix() {
    let folder = Folder::with("a", TEXT);

    folder.run("-S .packed a").expect_silence();
    assert_eq!(folder.names(), ["a.packed"]);
    folder.run("-d --suffix .packed a.packed").expect_silence();

    assert_eq!(folder.read("a"), TEXT);
}

#[test]
fn n_is_taken_in_both_directions() {
    let folder = Folder::with("a", TEXT);

    folder.run("-n a").expect_silence();
    assert_eq!(folder.read("a.gz")[3], 0, "no name is stored");
    folder.run("-dn a.gz").expect_silence();

    assert_eq!(folder.names(), ["a"]);
}

#[test]
fn the_suffixes_of_gzip_are_known() {
    for (packed, plain) in [
        ("a.GZ", "a"),
        ("a.z", "a"),
        ("a.Z", "a"),
        ("a-gz", "a"),
        ("a-z", "a"),
        ("a_z", "a"),
        ("a.tgz", "a.tar"),
        ("a.TAZ", "a.tar"),
        ("a.b.gz", "a.b"),
    ] {
        let folder = Folder::with(packed, gz());

        folder.run(&format!("-d {packed}")).expect_silence();

        assert_eq!(folder.names(), [plain]);
        assert_eq!(folder.read(plain), TEXT);
    }
}

#[test]
fn with_f_and_c_data_that_is_not_compressed_is_passed_on() {
    let folder = Folder::with("plain", TEXT)
        .and("a.gz", gz())
        .and("empty", "");

    let ran = folder.run("-dcf plain a.gz empty");

    ran.expect_silence();
    assert_eq!(ran.stdout, TEXT.repeat(2));
    assert_eq!(folder.run("-dc plain").status, 1);
}

#[test]
fn what_is_not_taken_is_refused_in_a_sentence() {
    let folder = Folder::with("a", TEXT)
        .and("b.gz", gz())
        .and("old.Z", [0x1f, 0x9d, 0x90, 0x61]);

    folder
        .run("-dN b.gz")
        .expect_line(1, &["-N is not taken: "]);
    folder
        .run("--rsyncable a")
        .expect_line(1, &["--rsyncable is not taken: "]);
    for args in [
        "-a a",
        "-b 12 a",
        "-L",
        "-m a",
        "-M a",
        "-Z a",
        "--ascii a",
        "--synchronous a",
    ] {
        folder.run(args).expect_line(1, &["of gzip are not taken"]);
    }
    for args in ["-d old.Z", "-t old.Z", "-l old.Z", "decompress -c old.Z"] {
        folder.run(args).expect_line(1, &["old.Z", "compress(1)"]);
    }

    assert_eq!(folder.names(), ["a", "b.gz", "old.Z"]);
}

#[test]
#[cfg(unix)]
fn without_arguments_a_pipe_or_a_file_is_compressed() {
    let folder = Folder::with("a", TEXT);

    let piped = folder.run_with("", TEXT);
    let mut command = folder.command();
    let redirected = Running::start(command.stdin(File::open(folder.path("a")).unwrap())).wait();
    let tour = folder.run("");

    for ran in [piped, redirected] {
        ran.expect_silence();
        assert_eq!(folder.run_with("-d", &ran.stdout).stdout, TEXT);
    }
    assert!(
        tour.stdout.starts_with(b"== four-kinds =="),
        "from /dev/null comes the tour"
    );
}

#[test]
fn tar_compresses_and_extracts_with_it() {
    let folder = Folder::empty();
    fs::create_dir(folder.path("sub")).unwrap();
    fs::write(folder.path("sub/a"), TEXT).unwrap();
    let tar = |verb: &str, args: &str| {
        let tar: Command = peer("tar")?;
        let mut command = folder.other_command(tar);
        command
            .arg("-I")
            .arg(format!("{}{verb}", env!("CARGO_BIN_EXE_streams")))
            .args(args.split_whitespace());
        Running::start(&mut command).wait().expect_silence();
        Some(())
    };

    for (packs, unpacks) in [("", ""), (" compress -9", " compress"), ("", " decompress")] {
        if tar(packs, "-cf sub.tar.gz sub").is_none() {
            return;
        }
        fs::remove_dir_all(folder.path("sub")).unwrap();
        // tar adds `-d`.
        tar(unpacks, "-xf sub.tar.gz");

        assert!(folder.read("sub.tar.gz").starts_with(&[0x1f, 0x8b]));
        assert_eq!(folder.read("sub/a"), TEXT);
    }
}

#[test]
fn c_compresses_again_and_silent_is_quiet() {
    let folder = Folder::with("a.gz", gz());

    let twice = folder.run("-c --silent a.gz");

    twice.expect_silence();
    assert_eq!(folder.run_with("-d", &twice.stdout).stdout, gz());
}

#[test]
#[cfg(unix)]
fn f_takes_a_link_and_leaves_the_data() {
    let folder = Folder::with("a", TEXT);
    std::os::unix::fs::symlink("a", folder.path("link")).unwrap();

    folder.run("link").expect_line(1, &["symbolic link", "-f"]);
    folder.run("-f link").expect_silence();

    assert_eq!(folder.names(), ["a", "link.gz"]);
    assert_eq!(folder.run("-dc link.gz").stdout, TEXT);
}

#[test]
fn d_after_a_verb_is_not_advertised() {
    let folder = Folder::empty();

    for verb in ["compress", "decompress", "test", "list"] {
        let help = folder.run(&format!("{verb} --help"));

        help.expect_silence();
        let help = String::from_utf8(help.stdout).unwrap();
        assert!(!help.contains("-d, --decompress"), "{help}");
    }
}

#[test]
fn a_file_that_is_named_like_a_verb_comes_after_two_dashes_or_with_its_folder() {
    let folder = Folder::with("c", TEXT).and("d", TEXT).and("test", TEXT);

    folder.run("c").expect_silence();
    folder.run("d").expect_silence();
    folder.run("-- test").expect_silence();
    folder.run("-d ./test.gz").expect_silence();
    folder.run("./test").expect_silence();

    assert_eq!(folder.names(), ["c.gz", "d.gz", "test.gz"]);
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    let folder = Folder::empty();

    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = folder.run(&format!("completions {shell}"));

        ran.expect_silence();
        assert!(
            String::from_utf8(ran.stdout)
                .unwrap()
                .contains("decompress"),
            "{shell}"
        );
    }
    let page = folder.run("man");
    page.expect_silence();
    assert!(
        String::from_utf8(page.stdout)
            .unwrap()
            .contains(".TH streams 1")
    );
    assert!(
        folder
            .run("compress --version")
            .stdout
            .starts_with(b"streams")
    );
}
