//! Memory does not grow with the data: peaks of whole processes, small and large inputs side by side.
//!
//! Each process is fed through a pipe that is still open when its peak is read: the one moment when all the data
//! has gone through it and the kernel can still be asked.
//!
//! glibc keeps freed memory for each thread by its own lights, so the peak of one run is some MiB above that of another.
//! What must not grow is what the program itself holds: for that figure freed memory goes back at once.
#![cfg(target_os = "linux")]

#[path = "support/random.rs"]
mod random;

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

use random::random_bytes;

const MEBIBYTE: u64 = 1024 * 1024;
const SMALL: u64 = 16;
const LIMIT_KIBIBYTES: u64 = 32 * 1024;
const DIFFERENCE_KIBIBYTES: u64 = 2 * 1024;

/// `SOAK=1` goes past the 4 GiB where lengths in headers begin again at 0.
fn large() -> u64 {
    if std::env::var_os("SOAK").is_some_and(|value| value == "1") {
        4 * 1024 + 1
    } else {
        64
    }
}

/// What becomes of memory that the program has freed.
#[derive(Debug, Clone, Copy)]
enum Freed {
    AsEver,
    GivenBack,
}

/// Killed and reaped when dropped.
struct Streams(Child);

impl Streams {
    fn start(args: &str, freed: Freed, stdin: impl Into<Stdio>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_streams"));
        command.args(args.split_whitespace());
        if let Freed::GivenBack = freed {
            command.env("MALLOC_ARENA_MAX", "1");
            command.env("MALLOC_MMAP_THRESHOLD_", "32768");
        }
        Self(command.stdin(stdin).stdout(Stdio::piped()).spawn().unwrap())
    }

    fn stdin(&mut self) -> ChildStdin {
        self.0.stdin.take().unwrap()
    }

    fn stdout(&mut self) -> impl Read + Into<Stdio> + use<> {
        self.0.stdout.take().unwrap()
    }

    /// The most memory it has had so far, in KiB.
    fn peak(&self) -> u64 {
        let status = format!("/proc/{}/status", self.0.id());
        let status = std::fs::read_to_string(status).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = peak.unwrap().trim().strip_suffix(" kB").unwrap();
        kibibytes.parse().unwrap()
    }

    fn expect_success(&mut self) {
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Streams {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A mebibyte that compresses to a half.
fn mebibyte() -> Vec<u8> {
    let mut bytes = random_bytes(11, 512 * 1024);
    bytes.extend(b"half of it is the same words again and again. ".repeat(12_000));
    bytes.resize(1024 * 1024, b'.');
    bytes
}

fn feed(stdin: &mut ChildStdin, mebibytes: u64) {
    let mebibyte = mebibyte();
    for _ in 0..mebibytes {
        stdin.write_all(&mebibyte).unwrap();
    }
}

/// Counts what comes out, in a thread of its own.
fn counted(mut stdout: impl Read + Send + 'static) -> thread::JoinHandle<u64> {
    thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()).unwrap())
}

/// The peaks of `compress` and of the `decompress` behind it.
fn round_trip(mebibytes: u64, freed: Freed) -> [u64; 2] {
    let mut compress = Streams::start("compress -1 -p 2", freed, Stdio::piped());
    let mut decompress = Streams::start("decompress", freed, compress.stdout());
    let out = counted(decompress.stdout());
    let mut stdin = compress.stdin();

    feed(&mut stdin, mebibytes);
    let peaks = [compress.peak(), decompress.peak()];

    drop(stdin);
    compress.expect_success();
    decompress.expect_success();
    assert_eq!(out.join().unwrap(), mebibytes * MEBIBYTE);
    peaks
}

/// The peak of `copy`.
fn copied(mebibytes: u64, freed: Freed) -> u64 {
    let mut copy = Streams::start("copy - -", freed, Stdio::piped());
    let out = counted(copy.stdout());
    let mut stdin = copy.stdin();

    feed(&mut stdin, mebibytes);
    let peak = copy.peak();

    drop(stdin);
    copy.expect_success();
    assert_eq!(out.join().unwrap(), mebibytes * MEBIBYTE);
    peak
}

#[track_caller]
fn expect_little(what: &str, peak: u64) {
    eprintln!("{what}: {peak} KiB");
    assert!(peak < LIMIT_KIBIBYTES, "{what}: {peak} KiB");
}

#[track_caller]
fn expect_flat(what: &str, small: u64, large: u64) {
    eprintln!("{what}: {small} KiB, then {large} KiB");
    let difference = small.abs_diff(large);
    assert!(
        difference <= DIFFERENCE_KIBIBYTES,
        "{what}: {small} KiB, then {large} KiB"
    );
}

#[test]
fn compressing_and_decompressing_take_little_memory() {
    let [compress, decompress] = round_trip(large(), Freed::AsEver);

    expect_little("compress", compress);
    expect_little("decompress", decompress);
}

#[test]
fn compressing_and_decompressing_take_the_same_memory_for_any_length() {
    let small = round_trip(SMALL, Freed::GivenBack);
    let large = round_trip(large(), Freed::GivenBack);

    expect_flat("compress", small[0], large[0]);
    expect_flat("decompress", small[1], large[1]);
}

#[test]
fn copying_takes_little_memory() {
    expect_little("copy", copied(large(), Freed::AsEver));
}

#[test]
fn copying_takes_the_same_memory_for_any_length() {
    let small = copied(SMALL, Freed::GivenBack);
    let large = copied(large(), Freed::GivenBack);

    expect_flat("copy", small, large);
}
