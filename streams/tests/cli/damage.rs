//! Input that is damaged, too long or too much: the right status, one line, and nothing left behind.

use super::folder::{Folder, TEXT};
use super::member::Member;

fn gz() -> Vec<u8> {
    Member::of(TEXT).bytes()
}

/// Every damage with what is said about it.
fn damaged() -> Vec<(&'static str, Vec<u8>)> {
    let mut wrong_crc = Member::of(TEXT);
    wrong_crc.crc ^= 1;
    let mut wrong_length = Member::of(TEXT);
    wrong_length.length += 1;
    let mut wrong_method = Member::of(TEXT);
    wrong_method.method = 7;
    let mut bad_block = Member::of(TEXT);
    bad_block.body = vec![7];
    let (good, cut) = (gz(), gz().len() - 1);
    vec![
        ("cut short", vec![]),
        ("cut short", good[..5].to_vec()),
        ("cut short", good[..cut].to_vec()),
        ("cut short", [&good[..], &good[..cut]].concat()),
        ("cut short", [&good[..], &[0x1f, 0x8b]].concat()),
        ("damaged", wrong_crc.bytes()),
        ("damaged", wrong_length.bytes()),
        ("damaged", wrong_method.bytes()),
        ("damaged", bad_block.bytes()),
        ("damaged", [good.clone(), wrong_crc.bytes()].concat()),
        ("not in gzip format", b"plain text".to_vec()),
    ]
}

#[test]
fn damage_leaves_no_output() {
    for (said, file) in damaged() {
        let folder = Folder::with("a.gz", &file);

        let ran = folder.run("decompress a.gz");

        ran.expect_line(1, &["a.gz: ", said]);
        assert_eq!(folder.names(), ["a.gz"], "{said}");
        assert_eq!(folder.read("a.gz"), file);
    }
}

#[test]
fn test_and_list_see_the_same_damage() {
    for (said, file) in damaged() {
        let folder = Folder::with("a.gz", &file);

        for verb in ["test", "list"] {
            let ran = folder.run(&format!("{verb} a.gz"));

            ran.expect_line(1, &["a.gz: ", said]);
            assert_eq!(folder.names(), ["a.gz"]);
        }
    }
}

#[test]
fn damage_in_stdin_is_named_so() {
    let ran = Folder::empty().run_with("decompress", b"plain text");

    ran.expect_line(1, &["stdin: ", "not in gzip format"]);
}

#[test]
fn garbage_after_the_data_is_a_warning() {
    let second = [vec![0; 100], gz()].concat();
    for rest in [b"garbage".to_vec(), vec![0x1f], second] {
        let folder = Folder::with("a.gz", [gz(), rest].concat());

        let ran = folder.run("decompress a.gz");

        ran.expect_line(2, &["a.gz: ", "warning", "ignored"]);
        assert_eq!(folder.read("a"), TEXT);
    }
}

#[test]
fn a_warning_can_be_silenced_but_not_the_status() {
    let folder = Folder::with("a.gz", [&gz()[..], b"garbage"].concat());

    for args in ["decompress -q a.gz", "test -q a.gz"] {
        let ran = folder.run(args);

        assert_eq!((ran.status, ran.stderr.as_str()), (2, ""), "{args}");
    }
}

#[test]
fn zeros_after_the_data_are_nothing_to_speak_of() {
    let folder = Folder::with("a.gz", [gz(), vec![0; 10_000]].concat());

    for args in ["decompress a.gz", "test a.gz", "list a.gz"] {
        folder.run(args).expect_silence();
    }

    assert_eq!(folder.read("a"), TEXT);
}

#[test]
fn the_limit_counts_all_members_and_leaves_nothing() {
    let kibibyte = Member::of(&[0; 1024]).bytes();
    let folder = Folder::with("a.gz", kibibyte.repeat(10));

    for args in [
        "decompress a.gz",
        "decompress -c a.gz",
        "test a.gz",
        "list a.gz",
    ] {
        for limit in ["0", "1K", "9KiB", "10239"] {
            let ran = folder.run(&format!("{args} --max-output {limit}"));

            ran.expect_line(1, &["a.gz: ", "larger than the limit"]);
            assert_eq!(folder.names(), ["a.gz"]);
        }
    }
    folder
        .run("decompress a.gz --max-output 10k")
        .expect_silence();
    assert_eq!(folder.read("a").len(), 10_240);
}

#[test]
fn a_limit_is_a_size() {
    let folder = Folder::with("a.gz", gz());

    for limit in ["x", "-1", "1Q", "99999999999T"] {
        let ran = folder.run(&format!("test a.gz --max-output={limit}"));

        assert_eq!(ran.status, 1, "{limit}");
        assert!(ran.stderr.contains("--max-output"), "{}", ran.stderr);
    }
}

#[test]
fn what_was_good_goes_to_stdout_whole_however_slowly_it_is_read() {
    let noise = super::random::random_bytes(19, 1_000_000);
    let mut wrong_crc = Member::of(&noise);
    wrong_crc.crc ^= 1;
    let folder = Folder::with("a.gz", wrong_crc.bytes());

    for _ in 0..10 {
        let ran = folder.run("decompress -c a.gz");

        ran.expect_line(1, &["a.gz: ", "damaged"]);
        assert!(ran.stdout == noise, "{} bytes", ran.stdout.len());
    }
}
