//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and thread-locals of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, bail, ensure};

#[path = "../examples/backpressure.rs"]
mod backpressure;
#[path = "../examples/characters.rs"]
mod characters;
#[path = "../examples/compression.rs"]
mod compression;
#[path = "../examples/counting.rs"]
mod counting;
#[path = "../examples/damaged-input.rs"]
mod damaged_input;
#[path = "../examples/duplex.rs"]
mod duplex;
#[path = "../examples/fan-out.rs"]
mod fan_out;
#[path = "../examples/file-chunks.rs"]
mod file_chunks;
#[path = "../examples/file-write.rs"]
mod file_write;
#[path = "../examples/four-kinds.rs"]
mod four_kinds;
#[path = "../examples/half-written.rs"]
mod half_written;
#[path = "../examples/joined-writes.rs"]
mod joined_writes;
#[path = "../examples/lines.rs"]
mod lines;
#[path = "../examples/pipeline-abort.rs"]
mod pipeline_abort;
#[path = "../examples/pipeline-errors.rs"]
mod pipeline_errors;
#[path = "../examples/sources.rs"]
mod sources;
#[path = "../examples/transform-order.rs"]
mod transform_order;

/// Names the lesson that a started process is. What a lesson starts from `current_exe()` inherits it.
const VARIABLE: &str = "STREAMS_LESSON";

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
        &[$(Lesson {
            name: $name,
            title: $title,
            main: || $module::main().report(),
            rust: include_str!(concat!("../examples/", $name, ".rs")),
            node: include_str!(concat!("../examples/", $name, ".mjs")),
            output: include_str!(concat!("../examples/", $name, ".out")),
        }),*]
    };
}

const LESSONS: &[Lesson] = lessons! {
    four_kinds "four-kinds" "The four kinds: Writable, Readable, Duplex, Transform";
    file_chunks "file-chunks" "Readable: a file in chunks of the high-water mark";
    sources "sources" "Readable: iterators and generators as sources, objects as items";
    file_write "file-write" "Writable: a file written, appended to, never overwritten by mistake";
    backpressure "backpressure" "Writable: ready, full, drain";
    joined_writes "joined-writes" "Writable: cork, many small writes in one call";
    duplex "duplex" "Duplex: a pair in memory, an echo, halves that end apart";
    transform_order "transform-order" "Transform: order kept through a chain, a flush, several in flight";
    compression "compression" "Transform: gzip, zlib, raw deflate";
    damaged_input "damaged-input" "Transform: several members, and the verdict on damaged input";
    pipeline_errors "pipeline-errors" "pipeline: one error, everything released";
    pipeline_abort "pipeline-abort" "pipeline: given up from outside";
    half_written "half-written" "Files: a half-written file is removed, or never seen";
    lines "lines" "Text: lines, wherever the chunks are cut";
    characters "characters" "Text: characters cut by chunk borders";
    fan_out "fan-out" "One source, two destinations: the slowest sets the pace";
    counting "counting" "PassThrough: progress and checksum of the bytes that flow by";
};

/// Runs the lesson that this process was started for, if it was; `main` calls this before anything else.
pub fn run_as_lesson() -> Option<ExitCode> {
    let name = env::var(VARIABLE).ok()?;
    Some((find(&name).ok()?.main)())
}

/// Prints a line for each lesson: its name and its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<16} {}", lesson.name, lesson.title)?;
    }
    Ok(out.flush()?)
}

/// Prints the output of the named lessons, or of all, under a heading unless it is one; with `code`, both
/// programs and the transcript instead, and runs nothing.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut lessons: Vec<&Lesson> = LESSONS.iter().collect();
    if !names.is_empty() {
        lessons = names
            .iter()
            .map(|name| find(name))
            .collect::<Result<_, _>>()?;
    }
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}== {} == {}\n", lesson.name, lesson.title)?;
        }
        if code {
            let Lesson {
                name,
                rust,
                node,
                output,
                ..
            } = lesson;
            write!(
                out,
                "// examples/{name}.rs\n{rust}\n// examples/{name}.mjs\n{node}\n// both print\n{output}"
            )?;
        } else {
            start(lesson, out).with_context(|| format!("lesson {}", lesson.name))?;
        }
    }
    Ok(out.flush()?)
}

/// Starts the lesson and copies its output. When our reader leaves, the lesson is killed.
fn start(lesson: &Lesson, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut child = Command::new(env::current_exe()?)
        .env(VARIABLE, lesson.name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let copied = match child.stdout.take() {
        Some(mut stdout) => io::copy(&mut stdout, out).and_then(|_| out.flush()),
        None => Ok(()),
    };
    if copied.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status = child.wait()?;
    copied?;
    ensure!(status.success(), "{status}");
    Ok(())
}

fn find(name: &str) -> anyhow::Result<&'static Lesson> {
    match LESSONS.iter().find(|lesson| lesson.name == name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `streams tour --list` names them"),
    }
}
