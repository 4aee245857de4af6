//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and workers of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, Result, ensure};

use crate::cli::message::WrongUsage;
use crate::cli::side_by_side::Screen;

/// Names the lesson that a started process is. Workers inherit it.
const VARIABLE: &str = "CLUSTERING_LESSON";

struct Lesson {
    name: &'static str,
    title: &'static str,
    main: fn() -> ExitCode,
    rust: &'static str,
    node: &'static str,
    output: &'static str,
}

macro_rules! lessons {
    ($($module:ident $path:literal $name:literal $title:literal;)*) => {
        $(#[path = $path]
        mod $module;)*

        const LESSONS: &[Lesson] = &[$(Lesson {
            name: $name,
            title: $title,
            main: || $module::main().report(),
            rust: include_str!(concat!("../examples/", $name, ".rs")),
            node: include_str!(concat!("../examples/", $name, ".mjs")),
            output: include_str!(concat!("../examples/", $name, ".out")),
        }),*];
    };
}

lessons! {
    notes              "../examples/notes.rs"                 "notes"              "The notes' example: which started, which answered, which died";
    primary_and_worker "../examples/primary-and-worker.rs"    "primary-and-worker" "One program, started again: isPrimary, isWorker, fork(env)";
    events             "../examples/events.rs"                "events"             "Events: fork, online, listening, disconnect, exit";
    cpus               "../examples/cpus.rs"                  "cpus"               "A worker for each core";
    one_port           "../examples/one-port.rs"              "one-port"           "Port 0: one port, the same for all workers";
    round_robin        "../examples/round-robin.rs"           "round-robin"        "SCHED_RR: the primary hands out connections, to all alike";
    shared             "../examples/shared.rs"                "shared"             "SCHED_NONE: the quickest worker accepts";
    own_memory         "../examples/own-memory.rs"            "own-memory"         "Workers share a port, and no variable";
    messages           "../examples/messages.rs"              "messages"           "Messages: worker.send, process.send, both ways, in order";
    exit_code          "../examples/exit-code.rs"             "exit-code"          "Code, signal, and whether the primary wanted it";
    killed             "../examples/killed.rs"                "killed"             "A worker is killed: the other one goes on, a new one comes";
    busy               "../examples/busy.rs"                  "busy"               "More than one core: one computes, the other answers";
    disconnect         "../examples/disconnect.rs"            "disconnect"         "Disconnect: what has begun is finished";
    reload             "../examples/reload.rs"                "reload"             "A new version without a gap";
    scale              "../examples/scale.rs"                 "scale"              "More workers, and fewer";
    taken_port         "../examples/taken-port.rs"            "taken-port"         "EADDRINUSE, and no worker is started";
    primary_gone       "../examples/primary-gone.rs"          "primary-gone"       "The primary is killed: its workers go with it";
    echo               "../examples/echo.rs"                  "echo"               "Any protocol: an echo server on TCP";
    demo               "../examples/demo.rs"                  "demo"               "A worker dies, all are replaced, no client notices";
}

/// Runs the lesson that this process was started for, if it was; `main` calls this before anything else.
pub fn run_as_lesson() -> Option<ExitCode> {
    let name = env::var(VARIABLE).ok()?;
    Some((find(&name).ok()?.main)())
}

/// Returns a line for each lesson: its name and its title.
pub fn list() -> String {
    let line = |lesson: &Lesson| format!("{:<20} {}\n", lesson.name, lesson.title);
    LESSONS.iter().map(line).collect()
}

/// Prints the output of the named lessons, or of all; with `code`, both programs and the output instead, beside each other where a terminal has room, and
/// runs nothing.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> Result<()> {
    let screen = Screen::of_stdout();
    let lessons: Vec<&Lesson> = match names {
        [] => LESSONS.iter().collect(),
        names => names.iter().map(|name| find(name)).collect::<Result<_>>()?,
    };
    for (index, lesson) in lessons.iter().enumerate() {
        let mut text = String::new();
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            text += &format!("{gap}== {} == {}\n\n", lesson.name, lesson.title);
        }
        if code {
            text += &screen.show(lesson.name, lesson.node, lesson.rust, lesson.output);
        }
        out.write_all(text.as_bytes()).context("cannot write")?;
        if !code {
            start(lesson, out)?;
        }
    }
    Ok(())
}

fn find(name: &str) -> Result<&'static Lesson> {
    let lesson = LESSONS.iter().find(|lesson| lesson.name == name);
    Ok(lesson.ok_or_else(|| {
        let names: Vec<_> = LESSONS.iter().map(|lesson| lesson.name).collect();
        let names = names.join(", ");
        WrongUsage(format!("no lesson is called {name:?}; there are {names}"))
    })?)
}

/// Starts the lesson and copies what it prints. When our reader leaves, the lesson is killed.
fn start(lesson: &Lesson, out: &mut dyn Write) -> Result<()> {
    let mut child = Command::new(env::current_exe()?)
        .env(VARIABLE, lesson.name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start lesson {}", lesson.name))?;
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let copied = io::copy(&mut stdout, out);
    if copied.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status = child.wait()?;
    copied.context("cannot write")?;
    ensure!(status.success(), "lesson {}: {status}", lesson.name);
    Ok(())
}
