//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary
//! again with the lesson's name in a variable, so exit codes, signal handlers and thread-locals of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, Result, ensure};

use crate::cli::side_by_side::Screen;

/// Names the lesson that a started process is. What a lesson starts from `current_exe()` inherits it.
const VARIABLE: &str = "BUFFERS_LESSON";

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
    hello              "../examples/hello.rs"               "hello"              "A buffer prints as hex and can be changed";
    indexing           "../examples/indexing.rs"            "indexing"           "Numbers modulo 256, indexes outside, iteration";
    encodings          "../examples/encodings.rs"           "encodings"          "One text through every encoding, both ways";
    lenient_and_strict "../examples/lenient-and-strict.rs"  "lenient-and-strict" "Bad input: what Node makes of it, and where it is bad";
    numbers            "../examples/numbers.rs"             "numbers"            "Integers and floats of 1 to 8 bytes, both byte orders";
    range_errors       "../examples/range-errors.rs"        "range-errors"       "Out of range: an error with a code and a message";
    views_and_copies   "../examples/views-and-copies.rs"    "views-and-copies"   "Views that share memory, and copies that do not";
    search             "../examples/search.rs"              "search"             "indexOf, lastIndexOf, includes";
    fill_and_swap      "../examples/fill-and-swap.rs"       "fill-and-swap"      "fill, swap16, swap32, swap64";
    transcode          "../examples/transcode.rs"           "transcode"          "Bytes of one encoding to bytes of another";
    string_decoder     "../examples/string-decoder.rs"      "string-decoder"     "StringDecoder: characters that come in chunks";
    inspect            "../examples/inspect.rs"             "inspect"            "What console.log prints, and JSON";
    compare_concat     "../examples/compare-concat.rs"      "compare-concat"     "Ordering, equality, joining";
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

/// Prints the output of the named lessons, or of all; with `code`, both programs and the output, from the
/// files, beside each other where a terminal has room.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> Result<()> {
    let lessons: Vec<&Lesson> = match names {
        [] => LESSONS.iter().collect(),
        names => names.iter().map(|name| find(name)).collect::<Result<_>>()?,
    };
    let screen = Screen::of_stdout();
    for (index, lesson) in lessons.iter().enumerate() {
        let (name, mut text) = (lesson.name, String::new());
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            text += &format!("{gap}== {name} == {}\n\n", lesson.title);
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
    lesson
        .with_context(|| format!("no lesson is called {name:?}; `buffers tour --list` names them"))
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
