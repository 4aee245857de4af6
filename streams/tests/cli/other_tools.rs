//! gzip, pigz and Node read what we write, and we read what they write.

use std::process::{Command, Stdio};

use super::folder::Folder;
use super::peers::peer;
use super::random::random_bytes;
use super::running::{Ran, Running};

/// Text, noise and zeros; some blocks of each.
fn data() -> Vec<u8> {
    let text = (0..30_000).flat_map(|i| format!("line {i}\n").into_bytes());
    [text.collect(), random_bytes(9, 200_000), vec![0; 300_000]].concat()
}

fn run_with(folder: &Folder, command: Command, args: &[&str], input: &[u8]) -> Ran {
    let mut command = folder.other_command(command);
    Running::start(command.args(args).stdin(Stdio::piped())).give(input)
}

fn ours(args: &str, input: &[u8]) -> Vec<u8> {
    let folder = Folder::empty();
    let command = Command::new(env!("CARGO_BIN_EXE_streams"));
    let args: Vec<_> = args.split_whitespace().collect();
    let ran = run_with(&folder, command, &args, input);
    ran.expect_silence();
    ran.stdout
}

/// What `name` makes of `input`; `None` if it is not there.
fn theirs(name: &str, args: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let ran = run_with(&Folder::empty(), peer(name)?, args, input);
    ran.expect_silence();
    Some(ran.stdout)
}

/// A program for Node that puts stdin through a function of zlib.
fn node(function: &str) -> String {
    format!("process.stdout.write(require('zlib').{function}(require('fs').readFileSync(0)))")
}

#[test]
fn gzip_and_pigz_read_what_we_write() {
    let data = data();

    for level in ["--level 0", "-1", "-6", "-9"] {
        let packed = ours(&format!("compress {level}"), &data);
        for name in ["gzip", "pigz"] {
            let plain = theirs(name, &["-dc"], &packed);

            assert!(plain.is_none_or(|plain| plain == data), "{name}, {level}");
        }
    }
}

#[test]
fn node_reads_what_we_write() {
    let data = data();

    for (format, function) in [
        ("gzip", "gunzipSync"),
        ("zlib", "inflateSync"),
        ("deflate", "inflateRawSync"),
    ] {
        let packed = ours(&format!("compress --format {format}"), &data);
        let plain = theirs("node", &["-e", &node(function)], &packed);

        assert!(plain.is_none_or(|plain| plain == data), "{format}");
    }
}

#[test]
fn we_read_what_gzip_and_pigz_write() {
    let data = data();

    for (name, args) in [
        ("gzip", &["-1c"][..]),
        ("gzip", &["-9c"]),
        ("pigz", &["-c", "-p", "3"]),
        ("pigz", &["-ci", "-p", "3"]),
    ] {
        let Some(packed) = theirs(name, args, &data) else {
            continue;
        };

        assert!(ours("decompress", &packed) == data, "{name} {args:?}");
    }
}

#[test]
fn we_read_what_node_writes() {
    let data = data();

    for (format, function) in [
        ("gzip", "gzipSync"),
        ("zlib", "deflateSync"),
        ("deflate", "deflateRawSync"),
    ] {
        let Some(packed) = theirs("node", &["-e", &node(function)], &data) else {
            return;
        };
        let plain = ours(&format!("decompress --format {format}"), &packed);

        assert!(plain == data, "{format}");
    }
}
