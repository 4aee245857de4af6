//! `test` and `list`: what they say is what decoding has shown.

use super::folder::{Folder, TEXT};
use super::member::Member;

const EXTRA: u8 = 2;
const NAME: u8 = 3;

fn gz() -> Vec<u8> {
    Member::of(TEXT).bytes()
}

/// The fields of each row that `list` prints, without the heading.
fn rows(stdout: &[u8]) -> Vec<Vec<String>> {
    let text = str::from_utf8(stdout).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|row| row.split_whitespace().map(str::to_owned).collect())
        .collect()
}

#[test]
fn test_says_nothing_about_what_is_good() {
    let folder = Folder::with("a.gz", gz());

    let quiet = folder.run("test a.gz");
    let verbose = folder.run("test -v a.gz");

    quiet.expect_silence();
    verbose.expect_line(0, &["a.gz: OK"]);
    assert!(quiet.stdout.is_empty() && verbose.stdout.is_empty());
    assert_eq!(folder.names(), ["a.gz"]);
}

#[test]
fn test_reads_stdin() {
    Folder::empty().run_with("test", &gz()).expect_silence();
    Folder::empty().run_with("test -", &gz()).expect_silence();
}

#[test]
fn list_adds_up_all_members() {
    let file = gz().repeat(3);
    let folder = Folder::with("a.gz", &file);

    let ran = folder.run("list a.gz");

    ran.expect_silence();
    let rows = rows(&ran.stdout);
    let [compressed, uncompressed, _, members, name] = rows[0].as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(*compressed, file.len().to_string());
    assert_eq!(*uncompressed, (3 * TEXT.len()).to_string());
    assert_eq!((members.as_str(), name.as_str()), ("3", "a.gz"));
}

#[test]
fn list_does_not_believe_a_length_that_is_only_claimed() {
    let mut liar = Member::of(TEXT);
    liar.length = 1_000_000;
    let folder = Folder::with("liar.gz", liar.bytes());

    let ran = folder.run("list liar.gz");

    ran.expect_line(1, &["liar.gz", "damaged"]);
    assert!(rows(&ran.stdout).is_empty());
}

#[test]
fn list_shows_the_stored_name() {
    let file = Member::of(TEXT).with_field(NAME, b"stored.txt\0").bytes();
    let folder = Folder::with("a.gz", &file);

    let named = folder.run("list a.gz");
    let piped = folder.run_with("list", &file);

    assert_eq!(rows(&named.stdout)[0][4..], ["a.gz:", "stored.txt"]);
    assert_eq!(rows(&piped.stdout)[0][4..], ["stdin:", "stored.txt"]);
}

#[test]
fn list_shows_a_stored_name_that_does_not_come_at_once() {
    // More than a pipe holds stands before the name, so that the first read ends before it.
    let extra = [vec![0xff; 2], vec![0; 0xffff]].concat();
    let member = Member::of(TEXT).with_field(EXTRA, &extra);
    let file = member.with_field(NAME, b"stored.txt\0").bytes();

    let ran = Folder::empty().run_with("list", &file);

    ran.expect_silence();
    assert_eq!(rows(&ran.stdout)[0][5], "stored.txt");
}

#[test]
fn list_goes_on_after_a_bad_file() {
    let folder = Folder::with("a.gz", gz())
        .and("b.gz", "no gzip")
        .and("c.gz", gz());

    let ran = folder.run("list a.gz b.gz c.gz");

    ran.expect_line(1, &["b.gz"]);
    let names: Vec<_> = rows(&ran.stdout)
        .into_iter()
        .map(|row| row[4].clone())
        .collect();
    assert_eq!(names, ["a.gz", "c.gz", "(totals)"]);
}

#[test]
fn list_of_an_empty_file_in_gzip_is_no_division_by_zero() {
    let folder = Folder::with("a.gz", Member::of(b"").bytes());

    let ran = folder.run("list a.gz");

    ran.expect_silence();
    assert_eq!(rows(&ran.stdout)[0][1], "0");
}

#[test]
fn list_knows_the_other_formats() {
    let folder = Folder::with("a", TEXT);

    for (format, suffix) in [("zlib", "zz"), ("deflate", "deflate")] {
        folder
            .run(&format!("compress --format {format} a"))
            .expect_silence();
        let ran = folder.run(&format!("list a.{suffix}"));

        ran.expect_silence();
        assert_eq!(rows(&ran.stdout)[0][1], TEXT.len().to_string());
    }
}

#[test]
fn list_tells_two_files_with_one_stored_name_apart() {
    let file = Member::of(TEXT).with_field(NAME, b"same\0").bytes();
    let folder = Folder::with("a.gz", &file).and("same.gz", &file);

    let ran = folder.run("list a.gz same.gz");

    let rows = rows(&ran.stdout);
    assert_eq!(rows[0][4..], ["a.gz:", "same"]);
    assert_eq!(rows[1][4..], ["same.gz"]);
}

#[test]
fn list_adds_up_several_files() {
    let folder = Folder::with("a.gz", gz()).and("b.gz", gz().repeat(2));

    let ran = folder.run("list a.gz b.gz");

    let rows = rows(&ran.stdout);
    let sum = |column: usize| -> usize {
        rows[..2]
            .iter()
            .map(|row| row[column].parse::<usize>().unwrap())
            .sum()
    };
    assert_eq!(rows.len(), 3);
    for column in [0, 1, 3] {
        assert_eq!(rows[2][column], sum(column).to_string());
    }
    assert_eq!(rows[2][4], "(totals)");
}

#[test]
fn a_verbose_list_shows_check_value_and_date() {
    let mut file = gz();
    file[4..8].copy_from_slice(&1_234_567_890_u32.to_le_bytes());
    let folder = Folder::with("a.gz", &file).and("b.gz", gz());

    let ran = folder.run("list -v a.gz b.gz");

    let rows = rows(&ran.stdout);
    let crc = format!("{:08x}", Member::of(TEXT).crc);
    assert_eq!(rows[0][..4], ["gzip", &crc, "2009-02-13", "23:31"]);
    assert_eq!(rows[1][..3], ["gzip", &crc, "-"], "no date is stored");
}
