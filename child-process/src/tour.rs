//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.

mod commands;
mod errors;
mod fork;
mod large_output;
mod limits;
mod no_shell;
mod node_child;
mod node_parent;
mod output;
mod primes;
mod stdin_stdout;

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
    "commands", "exec: ls, cd, mkdir, touch, and a script", commands;
    "output", "exec: stdout and stderr, kept apart", output;
    "errors", "exec: a command that fails, and its output so far", errors;
    "large-output", "exec: more than a pipe holds, on both streams", large_output;
    "no-shell", "execFile: no shell, and what does not start", no_shell;
    "stdin-stdout", "spawn: a filter, a conversation, a copy, a reader that leaves", stdin_stdout;
    "fork", "fork: messages to a second process and back", fork;
    "limits", "input, timeout, maxBuffer, and the whole family ended", limits;
    "primes", "CPU-intensive work in children, one for each core", primes;
    "node-child", "fork: a Rust parent, a Node child", node_child;
    "node-parent", "fork: a Node parent, a Rust child", node_parent;
};

/// Prints a line for each lesson: its name, two spaces or more, its title.
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<16} {}", lesson.name, lesson.title)?;
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
        None => bail!("no lesson is called {name:?}; `child-process tour --list` names them"),
    }
}
