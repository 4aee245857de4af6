//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and thread-locals of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, ensure};

use crate::cli::sys::die_with_parent;

use crate::cli::side_by_side::Screen;

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
    four_kinds      "../examples/four-kinds.rs"      "four-kinds"      "The four kinds: Writable, Readable, Duplex, Transform";
    file_chunks     "../examples/file-chunks.rs"     "file-chunks"     "Readable: a file in chunks of the high-water mark";
    sources         "../examples/sources.rs"         "sources"         "Readable: iterators and generators as sources, objects as items";
    file_write      "../examples/file-write.rs"      "file-write"      "Writable: a file written, appended to, never overwritten by mistake";
    backpressure    "../examples/backpressure.rs"    "backpressure"    "Writable: ready, full, drain";
    joined_writes   "../examples/joined-writes.rs"   "joined-writes"   "Writable: cork, many small writes in one call";
    duplex          "../examples/duplex.rs"          "duplex"          "Duplex: a pair in memory, an echo, halves that end apart";
    transform_order "../examples/transform-order.rs" "transform-order" "Transform: order kept through a chain, a flush, several in flight";
    compression     "../examples/compression.rs"     "compression"     "Transform: gzip, zlib, raw deflate";
    damaged_input   "../examples/damaged-input.rs"   "damaged-input"   "Transform: several members, and the verdict on damaged input";
    pipeline_errors "../examples/pipeline-errors.rs" "pipeline-errors" "pipeline: one error, everything released";
    pipeline_abort  "../examples/pipeline-abort.rs"  "pipeline-abort"  "pipeline: given up from outside";
    half_written    "../examples/half-written.rs"    "half-written"    "Files: a half-written file is removed, or never seen";
    lines           "../examples/lines.rs"           "lines"           "Text: lines, wherever the chunks are cut";
    characters      "../examples/characters.rs"      "characters"      "Text: characters cut by chunk borders";
    fan_out         "../examples/fan-out.rs"         "fan-out"         "One source, two destinations: the slowest sets the pace";
    counting        "../examples/counting.rs"        "counting"        "PassThrough: progress and checksum of the bytes that flow by";
}

/// Runs the lesson that this process was started for, if it was; `main` calls this before anything else.
pub fn run_as_lesson() -> Option<ExitCode> {
    let name = env::var(VARIABLE).ok()?;
    // A lesson ends with the tour that shows it, or it would write where nothing reads.
    die_with_parent();
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
/// programs and the output instead, beside each other where a terminal has room, and runs nothing.
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
            out.write_all(
                screen
                    .show(lesson.name, lesson.node, lesson.rust, lesson.output)
                    .as_bytes(),
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
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let copied = io::copy(&mut stdout, out).and_then(|_| out.flush());
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
    let lesson = LESSONS.iter().find(|lesson| lesson.name == name);
    lesson
        .with_context(|| format!("no lesson is called {name:?}; `streams tour --list` names them"))
}
