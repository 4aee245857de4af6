//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.

mod abort;
mod blocking;
mod clear_and_refresh;
mod errors;
mod in_flight;
mod interval;
mod lifetime;
mod main;
mod notes_order;
mod phases;
mod promise_turns;
mod queues;
mod sync_first;
mod thread_pool;
mod timer_lists;
mod tokio_pool;
mod tokio_tasks;
mod tokio_timers;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use event_loop::{Builder, CallbackResult, Clock};

use crate::console::{self, say};

/// A lesson prints what its twin `golden/NN-name.mjs` prints under Node.
pub struct Lesson {
    pub name: &'static str,
    pub title: &'static str,
    run: fn() -> anyhow::Result<()>,
    /// Where it stands, and all of it: a recording shows it.
    pub file: &'static str,
    pub source: &'static str,
}

macro_rules! lessons {
    ($($name:literal, $title:literal, $module:ident;)*) => {
        &[$(Lesson {
            name: $name,
            title: $title,
            run: $module::$module,
            file: concat!("src/tour/", stringify!($module), ".rs"),
            source: include_str!(concat!("tour/", stringify!($module), ".rs")),
        }),*]
    };
}

const LESSONS: &[Lesson] = lessons! {
    "sync-first", "Synchronous code runs to its end", sync_first;
    "in-flight", "One thread, many operations: a request and a query at once", in_flight;
    "notes-order", "console.log, promises, setImmediate, setTimeout", notes_order;
    "queues", "Ticks and microtasks, after every callback", queues;
    "main", "The main program is a microtask", main;
    "phases", "The turn: poll, check, timers", phases;
    "timer-lists", "Timers wait in one list per duration", timer_lists;
    "clear-and-refresh", "Clearing and refreshing, from inside", clear_and_refresh;
    "lifetime", "What keeps the loop alive, and its end", lifetime;
    "errors", "Uncaught errors, unhandled rejections", errors;
    "thread-pool", "Four threads for what blocks", thread_pool;
    "blocking", "Blocking the loop, and how not to", blocking;
    "abort", "Giving up: signals", abort;
    "interval", "An interval to iterate over", interval;
    "promise-turns", "What an await costs", promise_turns;
    "tokio-tasks", "Plain tokio: spawn_local, yield_now", tokio_tasks;
    "tokio-timers", "Plain tokio: sleep, join!, select!, timeout", tokio_timers;
    "tokio-pool", "Plain tokio: files, spawn_blocking", tokio_pool;
};

/// Prints a line for each lesson: its name, two spaces or more, its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<18} {}", lesson.name, lesson.title)?;
    }
    Ok(out.flush()?)
}

/// Runs the lessons of these names, or all, with a heading unless it is just one.
pub fn run(names: &[String]) -> anyhow::Result<()> {
    let lessons: Vec<&Lesson> = if names.is_empty() {
        LESSONS.iter().collect()
    } else {
        let found = names.iter().map(|name| find(name));
        found.collect::<anyhow::Result<_>>()?
    };
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            say!("{gap}== {} == {}\n", lesson.name, lesson.title);
        }
        (lesson.run)().with_context(|| format!("lesson {}", lesson.name))?;
        console::flush()?;
    }
    Ok(())
}

/// The lesson of this name, if there is one.
pub fn lesson(name: &str) -> Option<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}

fn find(name: &str) -> anyhow::Result<&'static Lesson> {
    match lesson(name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `event-loop tour --list` names them"),
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Runs a lesson that only waits for timers, without waiting.
#[track_caller]
fn on_virtual_clock<F>(main: F) -> anyhow::Result<()>
where
    F: Future<Output: CallbackResult> + 'static,
{
    let exit = Builder::new().clock(Clock::Virtual).run(main);
    exit.into_result()?;
    Ok(())
}
