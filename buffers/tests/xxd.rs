//! `buffers dump` and `xxd`, with random options and inputs: the same bytes and the same status, or a refusal that says why.
//!
//! `xxd` is the authority. Where it is absent, this is skipped and said; `REQUIRE_PEERS=1` demands it.

#[path = "support/runner.rs"]
mod runner;
mod support;

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, thread};

use runner::command;
use support::{Noise, is_soak};

/// Why `dump` refuses what xxd takes; the README has a line for each.
const REFUSALS: [&str; 8] = [
    "is not a number",
    "cannot begin at",
    "not a hex digit",
    "half a byte",
    "no address in front",
    "no digits after the address",
    "is no option: write",
    "a power of 2 with -e",
];

/// Where the input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    File,
    Dash,
    Pipe,
    /// Stdin is a file that has been read up to here.
    Stdin(u64),
}

#[derive(Debug)]
struct Case {
    args: Vec<String>,
    input: Vec<u8>,
    from: From,
    to_file: bool,
}

fn pick<'a>(noise: &mut Noise, list: &[&'a str]) -> &'a str {
    list[noise.below(list.len())]
}

/// Returns a number as people write it. Units are left out: to xxd, `64K` is 64.
fn number(noise: &mut Noise, below: usize) -> String {
    let number = noise.below(below);
    match noise.below(8) {
        0 => format!("0x{number:x}"),
        1 => format!("0{number:o}"),
        2 => format!("+{number}"),
        _ => number.to_string(),
    }
}

/// Returns an option and its value: attached, apart, or by a long name.
fn valued(noise: &mut Noise, letter: &str, long: &str, value: &str) -> Vec<String> {
    match noise.below(4) {
        0 => vec![format!("-{long}"), value.to_owned()],
        1 => vec![format!("--{long}"), value.to_owned()],
        2 => vec![format!("-{letter}{value}")],
        _ => vec![format!("-{letter}"), value.to_owned()],
    }
}

/// Words with one dash: the beginnings of flags, and what xxd takes for its first letter.
const WORDS: [&str; 24] = [
    "-auto",
    "-bi",
    "-bits",
    "-capitalize",
    "-dec",
    "-decimal",
    "-EB",
    "-incl",
    "-pl",
    "-post",
    "-up",
    "-uppe",
    "-uppercase",
    "-rev",
    "-bin",
    "-bc",
    "-cap",
    "-ec8",
    "-ub",
    "-pr",
    "-cols8",
    "-len4",
    "-seek5",
    "-names",
];

fn option(noise: &mut Noise) -> Vec<String> {
    let word = |word: &str| vec![word.to_owned()];
    match noise.below(23) {
        0 => word(pick(noise, &["-a", "-autoskip", "--autoskip"])),
        1 => word(pick(noise, &["-b", "-bits", "-e"])),
        2 => word(pick(noise, &["-p", "-ps", "-plain", "-postscript", "--ps"])),
        3 => word(pick(noise, &["-i", "-include", "-C", "-capitalize"])),
        4 => word(pick(noise, &["-E", "-EBCDIC", "-d"])),
        5 | 6 => word("-u"),
        7..=10 => {
            let value = number(noise, 40);
            valued(noise, "c", "cols", &value)
        }
        11 => {
            let value = pick(noise, &["0", "1", "256", "257", "300", "-1", "5x"]);
            valued(noise, "c", "cols", value)
        }
        12..=14 => {
            let value = number(noise, 18);
            valued(noise, "g", "groupsize", &value)
        }
        15 | 16 => {
            let value = number(noise, 700);
            valued(noise, "l", "len", &value)
        }
        17 => {
            let value = pick(
                noise,
                &["-1", "0", "-3", "0x", "abc", "99999999999999999999"],
            );
            valued(noise, "l", "len", value)
        }
        18 => {
            let value = pick(noise, &["0x10", "0xffffffff", "5", "-3", "0x7fffffffffff"]);
            valued(noise, "o", "offset", value)
        }
        19 => valued(noise, "n", "name", "a_1 b"),
        20 => word(pick(noise, &WORDS)),
        _ => {
            let sign = pick(noise, &["", "", "-", "+", "+-"]);
            // `+-0` of a pipe is an error to xxd, and nothing here.
            let number = number(noise, 300);
            let is_zero = number.trim_start_matches(['+', '0', 'x']).is_empty();
            let number = if sign == "+-" && is_zero {
                "1"
            } else {
                &number
            };
            let value = format!("{sign}{}", number.trim_start_matches('+'));
            valued(noise, "s", "seek", &value)
        }
    }
}

/// Returns bytes with runs of zeros, so that there is something to skip.
fn bytes(noise: &mut Noise) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..noise.below(6) {
        let len = noise.below(120);
        match noise.below(3) {
            0 => bytes.resize(bytes.len() + len, 0),
            1 => bytes.extend((0..len).map(|_| b' ' + noise.below(95) as u8)),
            _ => bytes.extend(noise.bytes(len)),
        }
    }
    bytes
}

fn dump_case(noise: &mut Noise) -> Case {
    let args: Vec<String> = (0..noise.below(6)).flat_map(|_| option(noise)).collect();
    let from = match noise.below(6) {
        0 => From::Dash,
        1 => From::Pipe,
        2 => From::Stdin(noise.below(20) as u64),
        _ => From::File,
    };
    Case {
        args,
        input: bytes(noise),
        from,
        to_file: noise.below(5) == 0,
    }
}

/// A dump that xxd has made, and the options to reverse it.
fn reverse_case(noise: &mut Noise) -> Case {
    let (mut dump, mut args) = (Vec::new(), vec!["-r".to_owned()]);
    let is_plain = noise.below(3) == 0;
    if is_plain {
        dump.push("-p".to_owned());
        args.push(pick(noise, &["-p", "-ps"]).to_owned());
    }
    if noise.below(2) == 0 {
        let cols = format!("-c{}", 1 + noise.below(40));
        dump.push(cols.clone());
        // xxd reads 16 bytes of a line unless it is told how many there are.
        args.push(cols);
    }
    for option in ["-a", "-u", "-d", "-g1", "-g4", "-g0", "-E", "-o0x20", "-s3"] {
        if noise.below(5) == 0 {
            dump.push(option.to_owned());
        }
    }
    for option in ["-u", "-g3", "-l5", "-a", "-C"] {
        if noise.below(8) == 0 {
            args.push(option.to_owned());
        }
    }
    if noise.below(3) == 0 {
        args.extend([
            "-s".to_owned(),
            pick(noise, &["7", "0x10", "-1", "+3"]).to_owned(),
        ]);
    }
    let input = run(
        "xxd",
        &dump,
        &bytes(noise),
        From::Pipe,
        None,
        Path::new("."),
    )
    .stdout;
    let without_colons = noise.below(4) == 0 && !is_plain;
    Case {
        args,
        input: if without_colons {
            input.into_iter().filter(|&byte| byte != b':').collect()
        } else {
            input
        },
        from: if noise.below(2) == 0 {
            From::File
        } else {
            From::Pipe
        },
        to_file: noise.below(3) == 0,
    }
}

fn run(
    program: &str,
    args: &[String],
    input: &[u8],
    from: From,
    output: Option<&Path>,
    folder: &Path,
) -> Output {
    let file = folder.join("9 in.bin");
    if from != From::Pipe {
        fs::write(&file, input).unwrap();
    }
    let mut command = if program == "xxd" {
        Command::new(program)
    } else {
        command(program)
    };
    if program != "xxd" {
        command.arg("dump");
    }
    command.args(args).current_dir(folder);
    match (from, output) {
        (From::File, _) => {
            command.arg("9 in.bin");
        }
        (From::Dash, _) | (_, Some(_)) => {
            command.arg("-");
        }
        _ => {}
    }
    command.args(output);
    match from {
        From::Pipe => command.stdin(Stdio::piped()),
        From::Stdin(place) => {
            let mut stdin = File::open(&file).unwrap();
            stdin.seek(SeekFrom::Start(place)).unwrap();
            command.stdin(stdin)
        }
        From::Dash => command.stdin(File::open(&file).unwrap()),
        From::File => command.stdin(Stdio::null()),
    };
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // Less than a pipe holds; it may end before it has read it.
        let _ = stdin.write_all(input);
    }
    child.wait_with_output().unwrap()
}

/// In xxd of 2022, the characters of `-e` overwrite the digits of a group that is not whole.
fn is_broken_in_xxd(args: &[String]) -> bool {
    let is_layout = |arg: &String| arg.trim_start_matches('-').starts_with(['c', 'g']);
    args.iter().any(|arg| arg == "-e") && args.iter().any(is_layout)
}

/// What came out, on stdout and in the file.
fn made((run, file): &(Output, Vec<u8>)) -> (&[u8], &[u8]) {
    (&run.stdout, file)
}

/// Returns whether it was refused.
fn compare(case: &Case, folder: &Path) -> bool {
    let [ours, xxd] = [env!("CARGO_BIN_EXE_buffers"), "xxd"].map(|program| {
        let output = folder.join("out");
        // With `-r`, a file is patched.
        fs::write(&output, "what was there before").unwrap();
        let to = case.to_file.then_some(output.as_path());
        let run = run(program, &case.args, &case.input, case.from, to, folder);
        (run, fs::read(&output).unwrap())
    });
    let stderr = String::from_utf8_lossy(&ours.0.stderr).into_owned();
    let shown = || {
        let xxd = (
            String::from_utf8_lossy(&xxd.0.stdout),
            String::from_utf8_lossy(&xxd.0.stderr),
        );
        let ours = String::from_utf8_lossy(&ours.0.stdout);
        format!("{case:?}\nours {ours}{stderr}\nxxd {}{}", xxd.0, xxd.1)
    };
    match (ours.0.status.success(), xxd.0.status.success()) {
        (true, true) if is_broken_in_xxd(&case.args) && made(&ours) != made(&xxd) => true,
        (true, true) => {
            assert!(made(&ours) == made(&xxd), "{}", shown());
            false
        }
        (false, false) => {
            assert!(
                stderr.starts_with("buffers: ") || stderr.starts_with("error: "),
                "{}",
                shown()
            );
            false
        }
        (false, true) => {
            assert!(
                REFUSALS.iter().any(|text| stderr.contains(text)),
                "{}",
                shown()
            );
            true
        }
        (true, false) => panic!("{}", shown()),
    }
}

/// Says what a test has not done, past the capture of the test runner: what is not run is not passed.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[test]
fn dump_is_xxd_with_any_options() {
    if Command::new("xxd").arg("-v").output().is_err() {
        let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
        assert!(!required, "xxd is not here");
        return say("skipped: xxd is not here, so dump was not compared with it");
    }
    // An emulator takes a fifth of a second to start it.
    let sets: u32 = match (is_soak(), runner::runner().is_empty()) {
        (true, _) => 6000,
        (_, true) => 600,
        (_, false) => 60,
    };
    let threads = 3;
    let workers = (0..threads).map(|worker| {
        thread::spawn(move || {
            let folder = tempfile::tempdir().unwrap();
            let mut refused = 0;
            for seed in (worker..sets).step_by(threads as usize) {
                let mut noise = Noise(0x9e37_79b9_u32.wrapping_mul(seed + 1) | 1);
                let case = match seed % 4 {
                    0 => reverse_case(&mut noise),
                    _ => dump_case(&mut noise),
                };
                refused += u32::from(compare(&case, folder.path()));
            }
            refused
        })
    });
    let workers: Vec<_> = workers.collect();
    let refused: u32 = workers
        .into_iter()
        .map(|worker| worker.join().unwrap())
        .sum();

    assert!(refused < sets / 5, "{refused} of {sets} refused");
}
