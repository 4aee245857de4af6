//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.

mod busy;
mod cpus;
mod disconnect;
mod events;
mod exit_code;
mod killed;
mod messages;
mod notes;
mod one_port;
mod own_memory;
mod primary_and_worker;
mod primary_gone;
mod reload;
mod round_robin;
mod scale;
mod shared;
mod taken_port;

use std::io::Write;

use anyhow::{Context, bail};
use futures::FutureExt;
use futures::future::LocalBoxFuture;

/// A lesson prints what its twin `golden/NN-name.mjs` prints under Node.
struct Lesson {
    name: &'static str,
    title: &'static str,
    run: for<'a> fn(&'a mut dyn Write) -> LocalBoxFuture<'a, anyhow::Result<()>>,
}

macro_rules! lessons {
    ($($name:literal, $title:literal, $module:ident;)*) => {
        &[$(Lesson { name: $name, title: $title, run: |out| $module::$module(out).boxed_local() }),*]
    };
}

const LESSONS: &[Lesson] = lessons! {
    "primary-and-worker", "one program, started again: isPrimary, isWorker, fork(env)", primary_and_worker;
    "events", "fork, online, listening, disconnect, exit", events;
    "cpus", "a worker for each core", cpus;
    "notes", "the notes' example: who started, who answered, who died", notes;
    "one-port", "port 0: one port, the same for all workers", one_port;
    "round-robin", "SCHED_RR: the primary hands out connections, to all alike", round_robin;
    "shared", "SCHED_NONE: who is quicker", shared;
    "own-memory", "workers share a port, and no variable", own_memory;
    "messages", "worker.send, process.send: both ways, in order", messages;
    "exit-code", "code, signal, and whether it was our will", exit_code;
    "killed", "kill -9 of a worker: the other goes on, a new one comes", killed;
    "busy", "more than one core: one computes, the other answers", busy;
    "disconnect", "worker.disconnect: what has begun is finished", disconnect;
    "reload", "a new version without a gap", reload;
    "scale", "more workers, and fewer", scale;
    "taken-port", "EADDRINUSE, and no worker that serves", taken_port;
    "primary-gone", "kill -9 of the primary: its workers go with it", primary_gone;
};

/// Prints a line for each lesson: its name, two spaces or more, its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<20} {}", lesson.name, lesson.title)?;
    }
    Ok(out.flush()?)
}

/// Runs the lessons of these names, or all, with a heading unless it is just one.
pub async fn run(names: &[String], out: &mut dyn Write) -> anyhow::Result<()> {
    let lessons: Vec<&Lesson> = if names.is_empty() {
        LESSONS.iter().collect()
    } else {
        names
            .iter()
            .map(|name| find(name))
            .collect::<anyhow::Result<_>>()?
    };
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}== {} == {}\n", lesson.name, lesson.title)?;
        }
        (lesson.run)(out)
            .await
            .with_context(|| format!("lesson {}", lesson.name))?;
    }
    Ok(out.flush()?)
}

fn find(name: &str) -> anyhow::Result<&'static Lesson> {
    match LESSONS.iter().find(|lesson| lesson.name == name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `clustering tour --list` names them"),
    }
}
