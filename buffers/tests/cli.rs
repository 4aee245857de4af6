//! The tool: what it says and how it ends when something is wrong.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

fn buffers(args: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buffers"));
    let mut child = command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // It may end before it has read everything.
    let feeding = std::thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    output
}

/// Returns what was printed before that.
#[track_caller]
fn refused(args: &[&str], stdin: &[u8], status: i32, text: &str) -> Vec<u8> {
    let output = buffers(args, stdin);

    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{said}");
    assert!(said.contains(text), "no {text:?} in {said:?}");
    assert!(status != 1 || said.lines().count() == 1, "{said}");
    output.stdout
}

#[test]
fn what_cannot_be_read_is_named() {
    refused(
        &["dump", "no-such-file"],
        b"",
        1,
        "buffers: no-such-file: No such file or directory",
    );
    refused(&["dump", "."], b"", 1, "buffers: .: is a directory");
    refused(&["inspect", "a\x1b[2Jb"], b"", 1, r"a\u{1b}[2Jb");
    refused(
        &["dump", "-s", "-5"],
        b"",
        1,
        "cannot begin 5 bytes before the end",
    );
}

#[test]
fn what_is_no_data_of_its_encoding_is_named_with_its_place() {
    refused(
        &["convert", "--from", "hex", "--to", "utf8"],
        b"abc",
        1,
        "stdin: invalid hex at offset 2: half a byte",
    );
    refused(
        &["convert", "--from", "base64", "--to", "hex"],
        b"QUJ!",
        1,
        "invalid base64 at offset 3",
    );
    refused(
        &["convert", "--from", "base64", "--to", "hex"],
        b"QQ==QQ==",
        1,
        "after padding",
    );
    refused(
        &["convert", "--from", "utf8", "--to", "latin1"],
        "ab€".as_bytes(),
        1,
        "invalid latin1 at offset 2",
    );
    refused(
        &["convert", "--from", "utf8", "--to", "utf16le"],
        b"ab\xff",
        1,
        "invalid utf8 at offset 2",
    );
    refused(
        &["convert", "--from", "utf16le", "--to", "utf8"],
        b"a\0b",
        1,
        "invalid utf16le at offset 2",
    );
}

#[test]
fn wrong_usage_is_status_two() {
    refused(
        &["convert", "--from", "utf-16", "--to", "hex"],
        b"",
        2,
        "Unknown encoding: utf-16",
    );
    refused(&["dump", "-c", "0"], b"", 2, "0 is not in 1..=256");
    refused(&["dump", "-s", "5x"], b"", 2, "a size is a number");
    refused(&["dump", "-p", "-i"], b"", 2, "cannot be used with");
    refused(
        &["tour", "nothing"],
        b"",
        1,
        "no lesson is called \"nothing\"",
    );
}

#[test]
fn a_dump_that_is_none_is_not_reversed() {
    refused(
        &["dump", "-r"],
        b"hello world\n",
        1,
        "stdin: line 1: no address and colon in front",
    );
    refused(
        &["dump", "-r"],
        b"00000010: 4142  AB\n00000000: 4142  AB\n",
        1,
        "line 2: the address goes backwards, from 12 to 0, where",
    );
    refused(&["dump", "-r"], &[b'a'; 100_000], 1, "too long for a line");
}

#[test]
fn a_lost_digit_is_named_and_what_comes_before_it_kept() {
    let plain = refused(
        &["dump", "-r", "-p"],
        b"41 42\n4z 43\n",
        1,
        "not a hex digit at offset 7",
    );
    let lines = refused(
        &["dump", "-r"],
        b"00000000: 4142  AB\n00000002: 43?4  CD\n",
        1,
        "stdin: line 2: not a hex digit: '?'",
    );

    assert_eq!(plain, b"AB");
    assert_eq!(lines, b"ABC");
    refused(&["dump", "-rp"], b"414", 1, "half a byte at the end");
    refused(&["dump", "-r"], b"0: 414  A\n", 1, "line 1: half a byte");
}

#[test]
fn a_start_past_the_end_is_refused_of_files_and_pipes() {
    let ten = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ten.path(), [0; 10]).unwrap();
    let path = ten.path().to_str().unwrap();

    refused(
        &["dump", "-s", "11", path],
        b"",
        1,
        "cannot begin at 11: it has 10 bytes",
    );
    refused(
        &["dump", "-s", "11"],
        &[0; 10],
        1,
        "stdin: cannot begin at 11: it has 10 bytes",
    );
    assert!(buffers(&["dump", "-s", "10", path], b"").stdout.is_empty());
}

#[test]
fn the_good_prefix_is_written_before_the_error() {
    let output = buffers(
        &["convert", "--from", "base64", "--to", "latin1"],
        b"SGVsbG8s\nIHdv?cmxk",
    );

    assert_eq!(output.stdout, b"Hello, wo"[..9].to_vec());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn there_and_back_is_the_same() {
    let bytes: Vec<u8> = (0..300_000_u64).map(|i| (i * i / 128) as u8).collect();
    for args in [
        &["dump", "-p"][..],
        &["dump"],
        &["dump", "-c", "7", "-g", "3"],
        &["dump", "-u"],
    ] {
        let dump = buffers(args, &bytes).stdout;
        let plain: &[&str] = if args.contains(&"-p") {
            &["dump", "-r", "-p"]
        } else {
            &["dump", "-r"]
        };

        assert_eq!(buffers(plain, &dump).stdout, bytes, "{args:?}");
    }
}

#[test]
fn a_gap_between_addresses_becomes_zeros() {
    let output = buffers(&["dump", "-r"], b"00000000: 4142\n00000006: 43\n");

    assert_eq!(output.stdout, b"AB\0\0\0\0C");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buffers"));
    let mut child = command
        .args(["dump", "/dev/zero"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first_line = [0; 68];
    child
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut first_line)
        .unwrap();

    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stderr, b"");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let plain = buffers(&["dump"], b"a").stdout;
    let colored = buffers(&["dump", "--color", "always"], b"a").stdout;

    assert!(!plain.contains(&0x1b));
    assert!(colored.starts_with(b"00000000: \x1b[32m61\x1b[0m"));
}

#[test]
fn lines_are_for_digits_and_letters() {
    let to_text = ["convert", "--from", "hex", "--to", "utf8", "-w", "2"];
    refused(&to_text, b"41", 2, "-w is for hex, base64 and base64url");
}

#[test]
fn what_inspect_says_needs_no_memory_for_what_it_reads() {
    let mut much = "é".repeat(300_000).into_bytes();
    let said = buffers(&["inspect", "-n", "3"], &much).stdout;
    assert_eq!(
        said,
        b"<Buffer c3 a9 c3 ... 599997 more bytes>\n600000 bytes, utf8\n"
    );
    much.push(0xff);
    let said = buffers(&["inspect", "-n", "0"], &much).stdout;
    assert!(said.ends_with(b"600001 bytes, binary\n"));
    assert_eq!(
        buffers(&["inspect"], b"").stdout,
        b"<Buffer >\n0 bytes, ascii\n"
    );
    assert_eq!(
        buffers(&["inspect", "--json"], b"\x00\xff").stdout,
        b"{\"type\":\"Buffer\",\"data\":[0,255]}\n"
    );
}

#[test]
fn nobody_to_tell_is_no_panic() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_buffers"))
        .args(["dump", "no-such-file"])
        .stderr(full)
        .status()
        .unwrap();

    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_reversed_dump_leaves_holes_in_a_file_and_may_go_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let dump = "40000000: 4142  AB\n00000001: 43  C\n";
    let mut child = Command::new(env!("CARGO_BIN_EXE_buffers"))
        .args(["dump", "-r"])
        .stdin(Stdio::piped())
        .stdout(file.reopen().unwrap())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(dump.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());

    use std::os::unix::fs::{FileExt, MetadataExt};
    let metadata = file.as_file().metadata().unwrap();
    assert_eq!(metadata.len(), 0x4000_0002);
    assert!(
        metadata.blocks() < 1000,
        "a hole is no zeros: {} blocks",
        metadata.blocks()
    );
    let mut start = [7; 3];
    file.as_file().read_exact_at(&mut start, 0).unwrap();
    assert_eq!(&start, b"\0C\0");
}
