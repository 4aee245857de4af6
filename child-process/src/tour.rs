//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and channels of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, ensure};

use crate::cli::side_by_side::Screen;
use crate::cli::{message, need_descriptors};

/// Names the lesson that a process is started for. What a lesson starts from `current_exe()` inherits it.
const VARIABLE: &str = "CHILD_PROCESS_LESSON";

struct Lesson {
    name: &'static str,
    title: &'static str,
    main: fn() -> ExitCode,
    rust: &'static str,
    node: &'static str,
    output: &'static str,
}

/// Makes a module of each lesson's program, and the table of them all.
macro_rules! lessons {
    ($($module:ident $name:literal $path:literal $title:literal;)*) => {
        $(
            #[path = $path]
            mod $module;
        )*

        const LESSONS: &[Lesson] = &[$(Lesson {
            name: $name,
            title: $title,
            main: || $module::main().report(),
            rust: include_str!($path),
            node: include_str!(concat!("../examples/", $name, ".mjs")),
            output: include_str!(concat!("../examples/", $name, ".out")),
        }),*];
    };
}

lessons! {
    exec         "exec"         "../examples/exec.rs"         "exec: a line for the shell, and its output";
    commands     "commands"     "../examples/commands.rs"     "exec: ls, cd, mkdir, touch, and a script";
    exec_output  "exec-output"  "../examples/exec-output.rs"  "exec: stdout and stderr, kept apart";
    exec_errors  "exec-errors"  "../examples/exec-errors.rs"  "exec: a command that fails, and its output so far";
    large_output "large-output" "../examples/large-output.rs" "exec: more than a pipe holds, on both streams";
    exec_file    "exec-file"    "../examples/exec-file.rs"    "execFile: no shell, and what does not start";
    spawn        "spawn"        "../examples/spawn.rs"        "spawn: a conversation, a copy, a reader that leaves";
    exec_limits  "exec-limits"  "../examples/exec-limits.rs"  "input, timeout, maxBuffer, signal, and a whole group ended";
    primes       "primes"       "../examples/primes.rs"       "CPU-intensive work in children, one for each core";
    fork         "fork"         "../examples/fork.rs"         "fork: messages to a second process and back";
    node_child   "node-child"   "../examples/node-child.rs"   "fork: a Rust parent, a Node child";
    node_parent  "node-parent"  "../examples/node-parent.rs"  "fork: a Node parent, a Rust child";
}

/// Runs the lesson that this process was started for, if it was; `main` calls this before anything else.
pub fn run_as_lesson() -> Option<ExitCode> {
    let lesson = find(&env::var(VARIABLE).ok()?).ok()?;
    Some(match need_descriptors() {
        Ok(()) => (lesson.main)(),
        Err(error) => message::exit(Err(error.into()), 1),
    })
}

/// Prints a line for each lesson: its name and its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<16} {}", lesson.name, lesson.title)?;
    }
    Ok(())
}

/// Prints what the named lessons print, or all; with `code` both programs and the output, from the files,
/// beside each other where a terminal has room.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let screen = Screen::of_stdout();
    let named = names.iter().map(|name| find(name));
    let mut lessons = named.collect::<anyhow::Result<Vec<_>>>()?;
    if lessons.is_empty() {
        lessons.extend(LESSONS);
    }
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}== {} == {}\n", lesson.name, lesson.title)?;
        }
        if code {
            let shown = screen.show(lesson.name, lesson.node, lesson.rust, lesson.output);
            out.write_all(shown.as_bytes())?;
        } else {
            start(lesson, out).with_context(|| format!("lesson {}", lesson.name))?;
        }
    }
    Ok(())
}

/// Starts the lesson and copies what it prints. When our reader leaves, the lesson is killed.
fn start(lesson: &Lesson, out: &mut dyn Write) -> anyhow::Result<()> {
    let itself = env::current_exe().context("our own program")?;
    let mut child = Command::new(itself)
        .env(VARIABLE, lesson.name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let copied = io::copy(&mut stdout, out);
    if copied.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    copied?;
    ensure!(status.success(), "{status}");
    Ok(())
}

fn find(name: &str) -> anyhow::Result<&'static Lesson> {
    let lesson = LESSONS.iter().find(|lesson| lesson.name == name);
    lesson.with_context(|| {
        format!("no lesson is called {name:?}; `child-process tour --list` names them")
    })
}
