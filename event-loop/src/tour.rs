//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.
//!
//! A lesson is a whole program, `examples/NAME.rs`. The tour runs each in a process of its own: it starts this binary again with the lesson's
//! name in a variable, so exit codes, signal handlers and thread-locals of two lessons never meet.

use std::env;
use std::io::{self, Write};
use std::process::{Command, ExitCode, Stdio, Termination};

use anyhow::{Context, bail, ensure};

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

macro_rules! lessons {
    ($($module:ident $file:literal $name:literal $title:literal;)*) => {
        $(#[path = $file] mod $module;)*

        const LESSONS: &[Lesson] = &[$(Lesson {
            name: $name,
            title: $title,
            main: || $module::main().report(),
            rust: include_str!($file),
            node: include_str!(concat!("../examples/", $name, ".mjs")),
            output: include_str!(concat!("../examples/", $name, ".out")),
        }),*];
    };
}

lessons! {
    notes_order "../examples/notes-order.rs" "notes-order"
        "The notes' order: console.log, promises, setImmediate, setTimeout";
    sync_first "../examples/sync-first.rs" "sync-first"
        "Synchronous code runs to its end";
    lazy_futures "../examples/lazy-futures.rs" "lazy-futures"
        "A promise starts when it is made, a future when it is awaited";
    in_flight "../examples/in-flight.rs" "in-flight"
        "One thread, many operations: a request and a query at once";
    queues "../examples/queues.rs" "queues"
        "Ticks and microtasks, after every callback";
    module_body "../examples/module-body.rs" "module-body"
        "The main program is a microtask";
    phases "../examples/phases.rs" "phases"
        "The iteration: poll, check, timers";
    timer_lists "../examples/timer-lists.rs" "timer-lists"
        "Timers wait in one list per duration";
    clear_and_refresh "../examples/clear-and-refresh.rs" "clear-and-refresh"
        "Clearing and refreshing, from inside";
    lifetime "../examples/lifetime.rs" "lifetime"
        "What keeps the loop alive, and its end";
    loop_errors "../examples/loop-errors.rs" "loop-errors"
        "Uncaught errors, unhandled rejections";
    ctrl_c "../examples/ctrl-c.rs" "ctrl-c"
        "Signals are events";
    thread_pool "../examples/thread-pool.rs" "thread-pool"
        "Four threads for what blocks";
    blocking "../examples/blocking.rs" "blocking"
        "Blocking the loop, and how not to";
    loop_delay "../examples/loop-delay.rs" "loop-delay"
        "How late the loop is";
    abort_signal "../examples/abort-signal.rs" "abort-signal"
        "Giving up: AbortController, AbortSignal";
    interval_stream "../examples/interval-stream.rs" "interval-stream"
        "An interval to iterate over";
    promise_turns "../examples/promise-turns.rs" "promise-turns"
        "What an await costs";
    promise_combinators "../examples/promise-combinators.rs" "promise-combinators"
        "Promise.all, allSettled, race, any";
    event_emitter "../examples/event-emitter.rs" "event-emitter"
        "EventEmitter and events.once: broadcast, Notify";
    async_local_storage "../examples/async-local-storage.rs" "async-local-storage"
        "AsyncLocalStorage: task_local!";
    tokio_tasks "../examples/tokio-tasks.rs" "tokio-tasks"
        "Plain tokio: spawn_local, yield_now";
    tokio_timers "../examples/tokio-timers.rs" "tokio-timers"
        "Plain tokio: sleep, join!, select!, timeout";
    tokio_pool "../examples/tokio-pool.rs" "tokio-pool"
        "Plain tokio: files, spawn_blocking";
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

/// Prints the output of the named lessons, or of all; with `code`, both programs before it, from the files, and runs nothing.
pub fn run(names: &[String], code: bool, out: &mut dyn Write) -> anyhow::Result<()> {
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
            let Lesson {
                name,
                rust,
                node,
                output,
                ..
            } = lesson;
            writeln!(
                out,
                "// {name}.rs\n{rust}\n// {name}.mjs\n{node}\n// both print\n{output}"
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
