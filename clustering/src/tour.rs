//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and workers of two lessons never meet.

use std::env;
use std::io::{Read, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, bail, ensure};

#[path = "../examples/busy.rs"]
mod busy;
#[path = "../examples/cpus.rs"]
mod cpus;
#[path = "../examples/demo.rs"]
mod demo;
#[path = "../examples/disconnect.rs"]
mod disconnect;
#[path = "../examples/echo.rs"]
mod echo;
#[path = "../examples/events.rs"]
mod events;
#[path = "../examples/exit-code.rs"]
mod exit_code;
#[path = "../examples/killed.rs"]
mod killed;
#[path = "../examples/messages.rs"]
mod messages;
#[path = "../examples/notes.rs"]
mod notes;
#[path = "../examples/one-port.rs"]
mod one_port;
#[path = "../examples/own-memory.rs"]
mod own_memory;
#[path = "../examples/primary-and-worker.rs"]
mod primary_and_worker;
#[path = "../examples/primary-gone.rs"]
mod primary_gone;
#[path = "../examples/reload.rs"]
mod reload;
#[path = "../examples/round-robin.rs"]
mod round_robin;
#[path = "../examples/scale.rs"]
mod scale;
#[path = "../examples/shared.rs"]
mod shared;
#[path = "../examples/taken-port.rs"]
mod taken_port;

/// Names the lesson that a process is started for. Workers inherit it.
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
    ($($module:ident $name:literal $title:literal;)*) => {
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
    notes              "notes"              "the notes' example: which started, which answered, which died";
    primary_and_worker "primary-and-worker" "one program, started again: isPrimary, isWorker, fork(env)";
    events             "events"             "fork, online, listening, disconnect, exit";
    cpus               "cpus"               "a worker for each core";
    one_port           "one-port"           "port 0: one port, the same for all workers";
    round_robin        "round-robin"        "SCHED_RR: the primary hands out connections, to all alike";
    shared             "shared"             "SCHED_NONE: the quickest worker accepts";
    own_memory         "own-memory"         "workers share a port, and no variable";
    messages           "messages"           "worker.send, process.send: both ways, in order";
    exit_code          "exit-code"          "code, signal, and whether the primary wanted it";
    killed             "killed"             "kill -9 of a worker: the other one goes on, a new one comes";
    busy               "busy"               "more than one core: one computes, the other answers";
    disconnect         "disconnect"         "worker.disconnect: what has begun is finished";
    reload             "reload"             "a new version without a gap";
    scale              "scale"              "more workers, and fewer";
    taken_port         "taken-port"         "EADDRINUSE, and no worker is started";
    primary_gone       "primary-gone"       "kill -9 of the primary: its workers go with it";
    echo               "echo"               "any protocol: an echo server on TCP";
    demo               "demo"               "a worker dies, all are replaced, no client notices";
}

/// Runs the lesson that this process was started for, if it was; `main` calls this before anything else.
pub fn run_as_lesson() -> Option<ExitCode> {
    let name = env::var(VARIABLE).ok()?;
    Some((find(&name).ok()?.main)())
}

/// Prints a line for each lesson: its name and its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<20} {}", lesson.name, lesson.title)?;
    }
    Ok(out.flush()?)
}

/// Prints what the named lessons print, or all; with `code` both programs and the output, from the files.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let named = names.iter().map(|name| find(name));
    let mut lessons = named.collect::<anyhow::Result<Vec<_>>>()?;
    if lessons.is_empty() {
        lessons.extend(LESSONS);
    }
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}== {} == {}\n", lesson.name, lesson.title)?;
            out.flush()?;
        }
        if code {
            let Lesson {
                name,
                rust,
                node,
                output,
                ..
            } = lesson;
            writeln!(
                out,
                "// {name}.rs\n{rust}\n// {name}.mjs\n{node}\n// {name}.out\n{output}"
            )?;
        } else {
            start(lesson, out).with_context(|| format!("lesson {}", lesson.name))?;
        }
    }
    Ok(out.flush()?)
}

/// Starts the lesson and copies what it prints. When our reader leaves, the lesson is killed.
fn start(lesson: &Lesson, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut command = Command::new(env::current_exe().context("our own program")?);
    command
        .env(VARIABLE, lesson.name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let copied = child
        .stdout
        .take()
        .context("a pipe")
        .and_then(|mut stdout| copy(&mut stdout, out));
    if copied.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    copied?;
    ensure!(status.success(), "{status}");
    Ok(())
}

/// Copies what comes as it comes.
fn copy(from: &mut dyn Read, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut chunk = [0; 8192];
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        out.write_all(&chunk[..read])?;
        out.flush()?;
    }
}

fn find(name: &str) -> anyhow::Result<&'static Lesson> {
    match LESSONS.iter().find(|lesson| lesson.name == name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `clustering tour --list` names them"),
    }
}
