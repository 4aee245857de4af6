//! The tool: what it says and how it ends when something is wrong.

#[path = "support/runner.rs"]
mod runner;

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use runner::command;

/// The tool, before its arguments.
fn tool() -> Command {
    command(env!("CARGO_BIN_EXE_buffers"))
}

fn buffers(args: &[&str], stdin: &[u8]) -> Output {
    let mut command = tool();
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

/// Returns whether an emulator would have to start what the tool starts, and needs memory of its own.
fn is_emulated() -> bool {
    let runner = runner::runner();
    if !runner.is_empty() {
        let _ = writeln!(std::io::stderr().lock(), "skipped: it runs under {runner}");
    }
    !runner.is_empty()
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
    // As the system says it, without its number.
    let missing = std::fs::read("no-such-file").unwrap_err().to_string();
    let missing = missing.split(" (os error").next().unwrap();
    refused(
        &["dump", "no-such-file"],
        b"",
        1,
        &format!("buffers: no-such-file: {missing}"),
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
    refused(&["dump", "-c", "257"], b"", 2, "a line has 1 to 256 bytes");
    refused(&["dump", "-s", "5x"], b"", 2, "\"5x\" is not a number");
    refused(
        &["dump", "-r", "-b"],
        b"",
        2,
        "-r reverses hex and -p alone",
    );
    refused(&["dump", "--wat"], b"", 2, "unexpected argument '--wat'");
    refused(
        &["dump", "-l"],
        b"",
        2,
        "a value is required for '--len <SIZE>'",
    );
    refused(&["dump", "a", "b", "c"], b"", 2, "unexpected argument 'c'");
    refused(&["inspect", "-n", "08"], b"", 2, "\"08\" is not a number");
    // Windows does not tell a pipe from what is no input.
    if cfg!(unix) {
        refused(&[], b"", 2, "what is to be done with stdin?");
    }
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
        "stdin: line 1: no address in front",
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
fn an_address_past_all_files_is_named_in_words() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();

    refused(
        &["dump", "-r", "-", path],
        b"ffffffffffffffff: 41\n",
        1,
        "stdin: line 1: the address is too far away\n",
    );
}

#[test]
fn a_lost_digit_is_named_and_what_comes_before_it_kept() {
    let plain = refused(
        &["dump", "-r", "-p"],
        b"41 42\n4z 43\n",
        1,
        "at offset 7: not a hex digit",
    );
    let lines = refused(
        &["dump", "-r"],
        b"00000000: 4142  AB\n00000002: 43?4  CD\n",
        1,
        "stdin: line 2: not a hex digit: '?'",
    );

    assert_eq!(plain, b"AB");
    assert_eq!(lines, b"ABC");
    refused(&["dump", "-r", "-p"], b"414", 1, "at offset 2: half a byte");
    refused(&["dump", "-r"], b"0: 414  A\n", 1, "line 1: half a byte");
}

#[test]
fn a_start_past_the_end_shows_nothing_of_a_file_and_is_refused_of_a_pipe() {
    let ten = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ten.path(), [0; 10]).unwrap();
    let path = ten.path().to_str().unwrap();

    for start in ["10", "11"] {
        let output = buffers(&["dump", "-s", start, path], b"");
        assert_eq!((output.status.code(), output.stdout), (Some(0), vec![]));
    }
    refused(
        &["dump", "-s", "11"],
        &[0; 10],
        1,
        "stdin: cannot begin at 11: it has 10 bytes",
    );
}

#[test]
fn a_plain_dump_may_have_any_space_and_hex_newlines_alone() {
    let hex = ["convert", "--from", "hex", "--to", "latin1"];

    let dump = buffers(&["dump", "-r", "-p"], b" 41 4\r2\t43\x0c\r\n\r");
    let lines = buffers(&hex, b"41\r\n4\n2");
    let blank = refused(&hex, b"41 42", 1, "at offset 2: not a hex digit");
    let lone_return = refused(&hex, b"41\r42", 1, "at offset 2: not a hex digit");

    assert_eq!(
        (dump.status.code(), &dump.stdout[..]),
        (Some(0), &b"ABC"[..])
    );
    assert_eq!(
        (lines.status.code(), &lines.stdout[..]),
        (Some(0), &b"AB"[..])
    );
    assert_eq!((blank, lone_return), (b"A".to_vec(), b"A".to_vec()));
}

#[test]
fn the_digits_of_a_line_end_at_two_spaces_in_a_row() {
    for (line, bytes) in [
        (&b"0: 41 42  43"[..], &b"AB"[..]),
        (b"0:  4142\t43 \t 44  x", b"ABCD"),
        (b"0 41", b"A"),
        (b"0: ", b""),
    ] {
        assert_eq!(buffers(&["dump", "-r"], line).stdout, bytes);
    }
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
    let mut command = tool();
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

/// Under a limit, all that it shows of 8 MiB fits only if it is written as it is read.
#[cfg(target_os = "linux")]
#[test]
fn what_inspect_shows_needs_no_memory_either() {
    if is_emulated() {
        return;
    }
    let limited = "ulimit -v 40000; exec \"$0\" inspect -n 1G";
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(&[0xff; 8 << 20]).unwrap();
    std::io::Seek::rewind(&mut input).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_buffers")]);
    let output = command.stdin(input).output().unwrap();

    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let shown = output.stdout.len();
    let text = "<Buffer ff ... ff>\n8388608 bytes, binary\n";
    assert_eq!(shown, 3 * (8 << 20) + text.len() - "ff ... ff".len() - 1);
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
fn a_full_disk_is_an_error_and_no_panic() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = tool()
        .args(["dump", "no-such-file"])
        .stderr(full)
        .status()
        .unwrap();

    assert_eq!(status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_reversed_dump_leaves_holes_in_a_file_and_may_go_back() {
    use std::os::unix::fs::{FileExt, MetadataExt};

    let file = tempfile::NamedTempFile::new().unwrap();
    let dump = "40000000: 4142  AB\n00000001: 43  C\n";
    let mut child = tool()
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

#[cfg(target_os = "linux")]
#[test]
fn files_without_a_size_are_read_from_any_place() {
    // As all of `/proc`, it says that it has 0 bytes.
    let path = "/proc/sys/kernel/ostype";
    let output = buffers(&["dump", "-s", "2", path], b"");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"00000002: 6e75 780a "), "nux");
    for past in ["6", "9"] {
        let output = buffers(&["dump", "-s", past, path], b"");
        assert_eq!((output.status.code(), output.stdout), (Some(0), vec![]));
    }
}

#[test]
fn a_plus_counts_from_where_stdin_stands() {
    use std::io::{Seek, SeekFrom};

    let ten = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(ten.path(), "abcdefghij").unwrap();
    for (seek, expected) in [
        (
            "+2",
            &b"00000005: 6667 6869 6a                             fghij\n"[..],
        ),
        (
            "+-1",
            b"00000002: 6364 6566 6768 696a                      cdefghij\n",
        ),
        (
            "2",
            b"00000002: 6364 6566 6768 696a                      cdefghij\n",
        ),
    ] {
        let mut stdin = ten.reopen().unwrap();
        stdin.seek(SeekFrom::Start(3)).unwrap();
        let output = tool()
            .args(["dump", "-s", seek])
            .stdin(stdin)
            .output()
            .unwrap();

        assert_eq!(output.stdout, expected, "{seek}");
    }
}

#[test]
fn the_last_of_several_options_counts() {
    // As in an alias, to which one adds.
    let output = buffers(&["dump", "-c", "4", "-p", "-cols", "2"], b"abc");

    assert_eq!(output.stdout, b"6162\n63\n");
}

#[test]
fn lenient_hex_says_what_it_leaves_out() {
    let convert = ["convert", "--lenient", "--from", "hex", "--to", "latin1"];
    for (text, warning) in [
        (&b"4142\n4344\n"[..], Some("offset 5")),
        (b"41x", Some("offset 2")),
        (b"414", None),
        (b"4142 ", None),
        (b"4142\n", None),
    ] {
        let output = buffers(&convert, text);

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0));
        match warning {
            Some(warning) => assert!(said.contains(warning), "{said}"),
            None => assert_eq!(said, ""),
        }
    }
}

#[test]
fn inspect_counts_in_english() {
    let output = buffers(&["inspect"], b"a");

    assert_eq!(output.stdout, b"<Buffer 61>\n1 byte, ascii\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_help_that_cannot_be_written_is_an_error() {
    if is_emulated() {
        return;
    }
    for args in [
        &["--help"][..],
        &["dump", "--help"],
        &["--version"],
        &["tour", "--list"],
        &["tour", "hello"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = tool().args(args).stdout(full).output().unwrap();

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert_eq!(
            said, "buffers: cannot write: No space left on device\n",
            "{args:?}"
        );
    }
}

#[test]
fn the_tour_shows_both_programs_and_what_they_print() {
    if is_emulated() {
        return;
    }
    let code = String::from_utf8(buffers(&["tour", "hello", "--code"], b"").stdout).unwrap();
    let run = String::from_utf8(buffers(&["tour", "hello"], b"").stdout).unwrap();

    assert!(code.contains("use buffers::Buffer;") && code.contains("from 'node:buffer'"));
    assert!(
        code.ends_with(&run) && run.starts_with("<Buffer 48 65"),
        "{run}"
    );
    let all = String::from_utf8(buffers(&["tour", "search", "hello"], b"").stdout).unwrap();
    assert!(all.starts_with("== search == indexOf") && all.contains("\n== hello == "));
}

#[test]
fn a_tour_whose_reader_goes_away_ends_well() {
    let mut child = tool()
        .args(["tour", "numbers", "numbers", "numbers"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());

    let output = child.wait_with_output().unwrap();

    assert_eq!(
        (output.status.code(), &output.stderr[..]),
        (Some(0), &b""[..])
    );
}

#[test]
fn completions_are_a_script() {
    let script = String::from_utf8(buffers(&["completions", "bash"], b"").stdout).unwrap();

    assert!(script.contains("complete -F _buffers"));
}

#[test]
fn a_number_out_of_reach_is_as_far_as_numbers_go() {
    let huge = "16777216T"; // 2 to the power of 64
    let array = buffers(&["dump", "-i", "-c", huge], b"ab");
    let plain = buffers(&["dump", "-p", "-c", huge], b"ab");
    let shown = buffers(&["inspect", "-n", huge], b"ab");

    assert_eq!(array.stdout, b"  0x61, 0x62\n");
    assert_eq!(plain.stdout, b"6162\n");
    assert_eq!(shown.stdout, b"<Buffer 61 62>\n2 bytes, ascii\n");
    refused(&["dump", "-s", huge], b"ab", 1, "it has 2 bytes");
}

#[cfg(target_os = "linux")]
#[test]
fn the_memory_of_a_dump_does_not_grow_with_its_options() {
    if is_emulated() {
        return;
    }
    let memory = |options: &[&str]| {
        let limits = (4..64).map(|mib| mib << 10);
        limits.into_iter().find(|limit| {
            let status = Command::new("sh")
                .args(["-c", "ulimit -v $0 && exec \"$@\""])
                .args([&limit.to_string(), env!("CARGO_BIN_EXE_buffers"), "dump"])
                .args(["-l1M", "/dev/zero"])
                .args(options)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            status.unwrap().success()
        })
    };

    let usual = memory(&[]).expect("64 MiB are enough");
    let verbose = memory(&["-b", "-c1", "-Ralways"]).expect("64 MiB are enough");

    assert!(verbose <= usual + 2048, "{verbose} KiB, usually {usual}");
}

#[test]
fn a_word_with_one_dash_is_an_option_of_xxd_or_an_error_that_says_what_to_write() {
    let dump = |word: &str| buffers(&["dump", word], b"Hi\n").stdout;
    assert_eq!(dump("-uppe"), dump("-u"));
    assert_eq!(dump("-post"), dump("-p"));
    assert_eq!(dump("-bi"), dump("-b"));
    assert_eq!(dump("-v"), buffers(&["--version"], b"").stdout);
    for (word, advice) in [
        ("-pr", "-p -r"),
        ("-ec8", "-e -c8"),
        ("-bin", "-b -in"),
        ("-cap", "-capitalize"),
        ("-groups", "-groupsize"),
        ("-cols8", "-cols 8"),
        ("-seek5", "-seek 5"),
        ("-names", "-name s"),
    ] {
        let text = format!("{word} is no option: write `{advice}`");
        refused(&["dump", word], b"Hi\n", 2, &text);
    }

    let name = buffers(&["dump", "-i", "-n", "-pr", "-l1"], b"Hi\n");

    let name = String::from_utf8(name.stdout).unwrap();
    assert!(name.starts_with("unsigned char _pr[] = {"), "{name}");
}

#[test]
fn digits_without_an_address_are_not_lost_in_silence() {
    for dump in ["deadbeef\n", "00\n", "0: 4142  AB\n00000004\n"] {
        refused(&["dump", "-r"], dump.as_bytes(), 1, "with -p");
    }

    let hexdump = buffers(&["dump", "-r"], b"00000000  41 42  |AB|\n00000002\n");

    assert_eq!(hexdump.stdout, b"AB");
    assert!(hexdump.status.success());
}

#[cfg(unix)]
#[test]
fn a_file_is_not_dumped_into_itself() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "data").unwrap();
    let path = file.path().to_str().unwrap();

    refused(&["dump", path, path], b"", 2, "is read");
    refused(&["dump", "-r", path, path], b"", 2, "is read");

    assert_eq!(std::fs::read(path).unwrap(), b"data");
    let null = buffers(&["dump", "/dev/null", "/dev/null"], b"");
    assert!(null.status.success());
}
