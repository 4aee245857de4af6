//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary again with the lesson's
//! name in a variable, so exit codes, signal handlers and thread-locals of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, bail, ensure};

use crate::cli::side_by_side::Screen;

/// Names the lesson that a started process is. What a lesson starts from `current_exe()` inherits it.
const VARIABLE: &str = "EVENT_LOOP_LESSON";

/// A lesson, and the files that show it.
pub struct Lesson {
    pub name: &'static str,
    pub title: &'static str,
    pub main: fn() -> ExitCode,
    pub rust: &'static str,
    pub node: &'static str,
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
    notes_order         "notes-order"         "../examples/notes-order.rs"         "The notes' order: console.log, promises, setImmediate, setTimeout";
    sync_first          "sync-first"          "../examples/sync-first.rs"          "Synchronous code runs to its end";
    lazy_futures        "lazy-futures"        "../examples/lazy-futures.rs"        "A promise starts when it is made, a future when it is awaited";
    in_flight           "in-flight"           "../examples/in-flight.rs"           "One thread, many operations: a request and a query at once";
    queues              "queues"              "../examples/queues.rs"              "Ticks and microtasks, after every callback";
    module_body         "module-body"         "../examples/module-body.rs"         "The main program is a microtask";
    phases              "phases"              "../examples/phases.rs"              "The iteration: poll, check, timers";
    timer_lists         "timer-lists"         "../examples/timer-lists.rs"         "Timers wait in one list per duration";
    clear_and_refresh   "clear-and-refresh"   "../examples/clear-and-refresh.rs"   "Clearing and refreshing, from inside";
    lifetime            "lifetime"            "../examples/lifetime.rs"            "What keeps the loop alive, and its end";
    loop_errors         "loop-errors"         "../examples/loop-errors.rs"         "Uncaught errors, unhandled rejections";
    ctrl_c              "ctrl-c"              "../examples/ctrl-c.rs"              "Signals are events";
    thread_pool         "thread-pool"         "../examples/thread-pool.rs"         "Four threads for what blocks";
    blocking            "blocking"            "../examples/blocking.rs"            "Blocking the loop, and how not to";
    loop_delay          "loop-delay"          "../examples/loop-delay.rs"          "How late the loop is";
    abort_signal        "abort-signal"        "../examples/abort-signal.rs"        "Giving up: AbortController, AbortSignal";
    interval_stream     "interval-stream"     "../examples/interval-stream.rs"     "An interval to iterate over";
    promise_turns       "promise-turns"       "../examples/promise-turns.rs"       "What an await costs";
    promise_combinators "promise-combinators" "../examples/promise-combinators.rs" "Promise.all, allSettled, race, any";
    event_emitter       "event-emitter"       "../examples/event-emitter.rs"       "EventEmitter and events.once: broadcast, Notify";
    async_local_storage "async-local-storage" "../examples/async-local-storage.rs" "AsyncLocalStorage: task_local!";
    tokio_tasks         "tokio-tasks"         "../examples/tokio-tasks.rs"         "Plain tokio: spawn_local, yield_now";
    tokio_timers        "tokio-timers"        "../examples/tokio-timers.rs"        "Plain tokio: sleep, join!, select!, timeout";
    tokio_pool          "tokio-pool"          "../examples/tokio-pool.rs"          "Plain tokio: files, spawn_blocking";
}

/// Runs the lesson that this process was started for, if it was.
pub fn run_as_lesson() -> Option<ExitCode> {
    let name = env::var(VARIABLE).ok()?;
    Some((find(&name)?.main)())
}

/// Returns the lesson of this name, if there is one.
pub fn find(name: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

/// Prints a line for each lesson: its name and its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<20} {}", lesson.name, lesson.title)?;
    }
    Ok(out.flush()?)
}

/// Prints the output of the named lessons, or of all; with `code`, both programs before it, from the files, beside each
/// other where a terminal has room, and runs nothing.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> anyhow::Result<()> {
    let screen = Screen::of_stdout();
    let named = names.iter().map(|name| match find(name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `event-loop tour --list` names them"),
    });
    let mut lessons = named.collect::<anyhow::Result<Vec<_>>>()?;
    if names.is_empty() {
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
            out.flush()?;
            start(lesson, out)?;
        }
    }
    Ok(out.flush()?)
}

/// Starts the lesson and passes on what it prints. When our own reader is gone, the lesson is killed.
fn start(lesson: &Lesson, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut command = Command::new(env::current_exe()?);
    command
        .env(VARIABLE, lesson.name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("the lesson cannot be started")?;
    let mut printed = child.stdout.take().context("stdout is not piped")?;
    // A lesson prints whole lines, and stdout passes on whole lines.
    let copied = io::copy(&mut printed, out);
    if copied.is_err() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status = child.wait()?;
    copied?;
    ensure!(status.success(), "lesson {}: {status}", lesson.name);
    Ok(())
}
