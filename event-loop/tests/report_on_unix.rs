//! `event-loop trace` where it writes, and what a signal leaves: modes, links, pipes and texts are those of Unix.
#![cfg(unix)]

#[path = "support/node.rs"]
mod node;

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use node::node;

fn record(folder: &Path, args: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_event-loop"));
    tool.arg("trace").args(args).current_dir(folder);
    tool.output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn what_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("out.html")).unwrap();
    std::fs::write(folder.path().join("old.html"), "old").unwrap();

    let onto_folder = record(folder.path(), &["queues", "-o", "out.html"]);
    let nowhere = record(folder.path(), &["queues", "-o", "no/such/out.html"]);
    let no_lesson = record(folder.path(), &["no-such-lesson", "-o", "old.html"]);

    for (run, expected) in [
        (onto_folder, "event-loop: out.html: Is a directory\n"),
        (
            nowhere,
            "event-loop: no/such/out.html: No such file or directory\n",
        ),
        (
            no_lesson,
            "event-loop: no-such-lesson: neither a lesson (event-loop tour --list) nor a file\n",
        ),
    ] {
        assert_eq!(String::from_utf8_lossy(&run.stderr), expected);
        assert_eq!(run.status.code(), Some(1));
    }
    let mut names = names(folder.path());
    names.sort();
    assert_eq!(names, ["old.html", "out.html"]);
    assert_eq!(
        std::fs::read_to_string(folder.path().join("old.html")).unwrap(),
        "old"
    );
}

#[test]
fn a_signal_while_node_runs_ends_node_and_leaves_nothing_but_the_page() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let endless = "require('fs').writeFileSync('new', String(process.pid)); require('fs').renameSync('new', 'started'); for (;;);";
    std::fs::write(folder.path().join("endless.cjs"), endless).unwrap();
    let started = folder.path().join("started");
    // To all that is in the terminal's foreground, or to the tool alone.
    for (signal, group, code) in [
        ("-INT", "-", 130),
        ("-INT", "", 130),
        ("-TERM", "", 143),
        ("-HUP", "", 129),
    ] {
        let mut run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
            .args([
                "trace",
                "queues",
                "-o",
                "out.html",
                "--beside",
                "endless.cjs",
            ])
            .current_dir(folder.path())
            .env("TMPDIR", temporary.path())
            .process_group(0)
            .spawn()
            .unwrap();
        while !started.exists() {
            assert!(run.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(10));
        }

        kill(signal, &format!("{group}{}", run.id()));

        assert_eq!(run.wait().unwrap().code(), Some(code), "{signal} {group}");
        let node = std::fs::read_to_string(&started).unwrap();
        until(|| is_gone(&node));
        assert_eq!(names(temporary.path()), [""; 0]);
        std::fs::remove_file(&started).unwrap();
        // Ctrl-C ends the program, and what it has done is drawn.
        let mut left = names(folder.path());
        left.sort();
        let drawn = std::fs::remove_file(folder.path().join("out.html"));
        assert_eq!(drawn.is_ok(), signal == "-INT", "{left:?}");
        assert_eq!(names(folder.path()), ["endless.cjs"]);
    }
}

#[test]
fn what_node_has_started_ends_with_it() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "const { spawn } = require('child_process');\nconst { pid } = spawn('sleep', ['999'], { stdio: 'inherit' });\nrequire('fs').writeFileSync('new', String(pid)); require('fs').renameSync('new', 'started');\n";
    std::fs::write(folder.path().join("parent.cjs"), program).unwrap();
    let started = folder.path().join("started");
    // A busy machine may not have come to the program after a second.
    for limit in ["1s", "8s", "64s"] {
        let args = ["parent.cjs", "-o", "out.html", "--for", limit];

        // It returns when nothing has our stdout any more.
        let run = record(folder.path(), &args);

        if started.exists() {
            assert!(run.status.success(), "{run:?}");
            break;
        }
    }
    let child = std::fs::read_to_string(&started).unwrap();
    until(|| is_gone(&child));
}

/// At a terminal, where the program may read what is typed. What it has started heeds neither Ctrl-C nor the end of the terminal.
#[test]
fn what_node_has_started_from_a_terminal_ends_with_it() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "const { spawn } = require('child_process');\nconst stubborn = ['-c', \"trap '' INT HUP; exec sleep 999\"];\nconst { pid } = spawn('sh', stubborn, { stdio: 'ignore' });\nprocess.stdin.once('data', (typed) => {\n  require('fs').writeFileSync('new', `${pid} ${process.stdin.isTTY} ${typed}`);\n  require('fs').renameSync('new', 'started');\n});\n";
    std::fs::write(folder.path().join("parent.cjs"), program).unwrap();
    let started = folder.path().join("started");
    let tool = env!("CARGO_BIN_EXE_event-loop");
    for signal in ["-INT", "-TERM"] {
        let trace = format!("echo $$ > tool; exec '{tool}' trace parent.cjs -o out.html --for 0");
        let mut terminal = at_terminal(&trace)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        terminal
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"typed\n")
            .unwrap();
        until(|| started.exists());

        let group = std::fs::read_to_string(folder.path().join("tool")).unwrap();
        kill(signal, &format!("-{}", group.trim()));

        terminal.wait().unwrap();
        let told = std::fs::read_to_string(&started).unwrap();
        let (child, read) = told.split_once(' ').unwrap();
        assert_eq!(read, "true typed\n");
        until(|| is_gone(child));
        std::fs::remove_file(&started).unwrap();
    }
}

/// A command of the shell, at a terminal of its own.
fn at_terminal(command: &str) -> Command {
    let mut script = Command::new("script");
    if cfg!(target_os = "macos") {
        script.args(["-q", "/dev/null", "sh", "-c", command]);
    } else {
        script.args(["-qc", command, "/dev/null"]);
    }
    script
}

#[test]
fn a_signal_before_the_page_is_whole_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "(program long check (timeout never 600000))";
    std::fs::write(folder.path().join("long.txt"), text).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .args(["trace", "long.txt", "--real-clock", "-o", "out.html"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    while names(folder.path()).len() < 2 {
        assert!(run.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(10));
    }

    kill("-INT", &run.id().to_string());

    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert_eq!(names(folder.path()), ["long.txt"]);
}

#[test]
fn a_reader_that_leaves_ends_a_recording_without_a_word_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);

    let run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .args(["trace", "queues", "-o", "out.html"])
        .current_dir(folder.path())
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let run = run.wait_with_output().unwrap();

    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert_eq!(String::from_utf8_lossy(&run.stderr), "");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_place_that_takes_no_file_is_named_before_anything_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    symlink("nowhere", file("link.html")).unwrap();
    std::fs::write(file("kept.html"), "old").unwrap();
    std::fs::set_permissions(file("kept.html"), Permissions::from_mode(0o444)).unwrap();

    for output in ["/proc/a.html", "link.html", "kept.html"] {
        let run = record(folder.path(), &["queues", "-o", output]);

        let stderr = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!((run.status.code(), run.stdout.len()), (Some(1), 0));
        assert!(
            stderr.starts_with(&format!("event-loop: {output}: ")),
            "{stderr}"
        );
        assert!(!stderr.contains("entity"), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    assert_eq!(std::fs::read_to_string(file("kept.html")).unwrap(), "old");
    assert!(!file("nowhere").exists());
}

#[test]
fn a_pipe_is_written_to_and_a_file_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let made = Command::new("mkfifo").arg(file("pipe.svg")).status();
    assert!(made.unwrap().success());
    std::fs::write(file("own.svg"), "old").unwrap();
    std::fs::set_permissions(file("own.svg"), Permissions::from_mode(0o600)).unwrap();
    let pipe = file("pipe.svg");
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).unwrap());

    let piped = record(folder.path(), &["queues", "-o", "pipe.svg"]);
    let kept = record(folder.path(), &["queues", "-o", "own.svg"]);

    assert!(piped.status.success() && kept.status.success(), "{piped:?}");
    let own = std::fs::read_to_string(file("own.svg")).unwrap();
    assert_eq!(reader.join().unwrap(), own);
    let mode = std::fs::metadata(file("own.svg"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_node_that_is_not_followed_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("twin.mjs"), "").unwrap();
    std::fs::write(folder.path().join("old"), "#!/bin/sh\necho '{\"event\":\"node\",\"at\":1,\"text\":\"20.19.4\"}' > $EVENT_LOOP_NOTES\n").unwrap();
    let executable = Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("old"), executable).unwrap();

    let run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .args(["trace", "queues", "-o", "out.html", "--beside", "twin.mjs"])
        .current_dir(folder.path())
        .env("NODE", "./old")
        .output()
        .unwrap();

    assert_eq!((run.status.code(), run.stdout.len()), (Some(1), 0));
    assert_eq!(
        String::from_utf8_lossy(&run.stderr),
        "event-loop: twin.mjs under Node (./old): it is Node v20.19.4, not 22, 24 or 26\n"
    );
}

/// Whether a process has ended; its new parent may not have looked yet.
fn is_gone(process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat"));
    status.is_ok_and(|status| status.contains(") Z ")) || !Path::new("/proc").join(process).exists()
}

fn until(condition: impl Fn() -> bool) {
    let begin = std::time::Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(30), "never");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(signal: &str, whom: &str) {
    let mut kill = Command::new("kill");
    assert!(kill.args([signal, "--", whom]).status().unwrap().success());
}
