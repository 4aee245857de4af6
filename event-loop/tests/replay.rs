//! `event-loop replay` on files that are wrong, hostile or endless.

#[path = "support/node.rs"]
mod node;

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use node::node;

fn replay(text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .arg("replay")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let text = text.to_owned();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The programs of `tests/replay`; beside each file is what Node 22, 24 and 26 print of it.
const FILES: [&str; 3] = ["sample", "seed-1", "seed-2"];

fn file(name: &str, end: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    folder.join(name).with_extension(end)
}

/// What ran differently, program by program.
fn differences(expected: &str, told: &str) -> Vec<String> {
    let told: Vec<_> = told.split("== ").collect();
    let programs = expected.split("== ").enumerate();
    let differs = programs.filter(|(index, program)| told.get(*index) != Some(program));
    differs
        .map(|(_, program)| program.lines().next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_program_prints_what_node_printed() {
    for name in FILES {
        let expected = fs::read_to_string(file(name, "out")).unwrap();

        let output = replay(&fs::read_to_string(file(name, "txt")).unwrap());

        let told = String::from_utf8(output.stdout).unwrap();
        assert_eq!(differences(&expected, &told), [""; 0], "{name}");
        assert_eq!(told, expected, "{name}");
    }
}

/// What plays programs on the machine's clock, and what it is told first.
type Player = (String, Vec<String>);

fn play(player: &Player, file: &Path) -> String {
    let (program, args) = player;
    let run = Command::new(program).args(args).arg(file).output();
    String::from_utf8(run.unwrap().stdout).unwrap()
}

/// Half a minute: here and there the programs wait for their timers.
///
/// A machine that holds a process up for long enough tells another order. So a program counts that was told otherwise three times in a row;
/// then it is asked again, alone, and is judged only if Node tells the same ten times, as it does with time enough.
#[test]
fn node_and_the_real_clock_print_the_same_still() {
    if env::var_os("SOAK").is_none_or(|value| value != "1") {
        return eprintln!("skipped: SOAK=1 runs it");
    }
    let ours = ["replay", "--real-clock"].map(str::to_owned).to_vec();
    let mut players: Vec<Player> = vec![(env!("CARGO_BIN_EXE_event-loop").to_owned(), ours)];
    if let Some((node, _)) = node() {
        let player = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/fixtures/replay.mjs");
        players.push((node, vec![player.display().to_string()]));
    }
    let node = players.get(1);
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("alone.txt");
    for name in FILES {
        let text = fs::read_to_string(file(name, "txt")).unwrap();
        let programs: Vec<_> = text.split("(program ").collect();
        let expected = fs::read_to_string(file(name, "out")).unwrap();
        let expected: Vec<_> = expected.split("== ").collect();
        assert_eq!(programs.len(), expected.len());
        for player in &players {
            let mut differ: Vec<_> = (1..programs.len()).collect();
            for _ in 0..3 {
                let told = play(player, &file(name, "txt"));
                let told: Vec<_> = told.split("== ").collect();
                differ.retain(|program| told.get(*program) != Some(&expected[*program]));
                if differ.is_empty() {
                    break;
                }
            }
            for program in differ {
                fs::write(&alone, format!("(program {}", programs[program])).unwrap();
                let expected = format!("== {}", expected[program]);
                let same = |told: &String| *told == expected;
                let of_node = node.map(|node| (0..10).map(|_| play(node, &alone)));
                let of_node: Vec<_> = of_node.into_iter().flatten().collect();
                if of_node.iter().any(|told| *told != of_node[0]) {
                    eprintln!("undecided: Node is not certain of {expected}");
                    continue;
                }
                let mut again = (0..3).map(|_| play(player, &alone));
                let is_same = of_node.first().is_none_or(same) && again.any(|told| same(&told));
                assert!(is_same, "{} {name}: {expected}", player.0);
            }
        }
    }
}

#[test]
fn what_is_wrong_is_one_line_with_its_place() {
    for (text, expected) in [
        (
            "(program p timer\n (foo a))",
            "stdin:2: unknown operation \"foo\"",
        ),
        (
            "(program p timer (log a)",
            "stdin:1: this `(` is never closed",
        ),
        ("\n)", "stdin:2: `)` closes nothing"),
        (
            "(program p moon)",
            "stdin:1: the root \"moon\" is not timer, check or poll",
        ),
        (
            "(program p)",
            "stdin:1: expected `(program NAME ROOT node...)`",
        ),
        (
            "hello",
            "stdin:1: expected `(program NAME ROOT ...)`, found \"hello\"",
        ),
        (
            "(program p timer\n\n(timeout T x))",
            "stdin:3: \"x\" is no number",
        ),
        (
            "(program p timer (timeout T inf))",
            "stdin:1: \"inf\" is no number",
        ),
        (
            "(program p timer (timeout T))",
            "stdin:1: `timeout` takes one number",
        ),
        (
            "(program p timer (log a (log b)))",
            "stdin:1: `log` takes no nodes",
        ),
        ("(program p timer (tick))", "stdin:1: `tick` takes a label"),
        (
            "(program p timer ())",
            "stdin:1: an expression begins with an operation",
        ),
        (
            "(program p timer (tick a (log b) c))",
            "stdin:1: \"c\" stands after a node",
        ),
    ] {
        let output = replay(text);

        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            format!("event-loop: {expected}\n")
        );
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
}

#[test]
fn a_file_that_is_not_there_is_an_error_and_wrong_usage_is_2() {
    let program = env!("CARGO_BIN_EXE_event-loop");

    let missing = Command::new(program)
        .args(["replay", "nowhere.txt"])
        .output()
        .unwrap();
    let usage = Command::new(program)
        .args(["replay", "--fast"])
        .output()
        .unwrap();

    let text = String::from_utf8_lossy(&missing.stderr).into_owned();
    let error = fs::read("nowhere.txt").unwrap_err().to_string();
    let said = error.split(" (os error").next().unwrap();
    assert_eq!(text, format!("event-loop: nowhere.txt: {said}\n"));
    assert_eq!(
        (missing.status.code(), usage.status.code()),
        (Some(1), Some(2))
    );
}

#[test]
fn nothing_but_comments_is_no_program() {
    let output = replay("; nothing\n\u{feff} ;(");

    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
}

#[test]
fn a_million_nested_nodes_are_read_and_run() {
    // Windows takes a hundred times as long for a line that is printed.
    let depth = if cfg!(windows) { 10_000 } else { 1_000_000 };
    let text = format!(
        "(program deep check {}{})",
        "(tick t ".repeat(depth),
        ")".repeat(depth)
    );

    let output = replay(&text);

    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        depth + 2
    );
}

#[test]
fn a_million_parentheses_that_close_nothing_are_one_error() {
    let output = replay(&"(".repeat(1_000_000));

    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1));
}

#[test]
fn strange_numbers_are_what_they_are_to_node() {
    let output = replay(
        "(program p timer (timeout a -5) (timeout b 1e99) (timeout c 1.9) (timeout d 0) (busy 0.5))",
    );

    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(text, "== p timer\na\nb\nc\nd\n-- end\n");
}

#[test]
fn a_program_without_end_stops_when_nobody_reads() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .arg("replay")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = b"(program p timer (interval endless 1 0 (log never)))";
    child.stdin.take().unwrap().write_all(text).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 1000]).unwrap();

    drop(stdout);

    assert_eq!(child.wait().unwrap().code(), Some(0));
}
