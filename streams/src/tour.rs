//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.

mod abort;
mod backpressure;
mod characters;
mod compression;
mod counting;
mod damaged_input;
mod duplex;
mod fan_out;
mod file_chunks;
mod file_write;
mod half_written;
mod joined_writes;
mod lines;
mod pipeline_errors;
mod sources;
mod transform_order;

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
    "file-chunks", "Readable: a file in chunks of the high-water mark", file_chunks;
    "sources", "Readable: iterators and generators as sources, objects as items", sources;
    "file-write", "Writable: a file written, appended to, never overwritten by mistake", file_write;
    "backpressure", "Writable: go on, stop, drain", backpressure;
    "joined-writes", "Writable: cork, many small writes in one call", joined_writes;
    "duplex", "Duplex: a pair in memory, an echo, halves that end apart", duplex;
    "transform-order", "Transform: order kept through a chain, a flush, several in flight", transform_order;
    "compression", "Transform: gzip, zlib, raw deflate", compression;
    "damaged-input", "Transform: several members, and what is said of damaged input", damaged_input;
    "pipeline-errors", "pipeline: one error, everything released", pipeline_errors;
    "half-written", "Files: what is half written is removed, or never seen", half_written;
    "abort", "pipeline: given up from outside", abort;
    "lines", "Text: lines, wherever the chunks are cut", lines;
    "characters", "Text: characters cut by chunk borders", characters;
    "fan-out", "One source, two destinations: the slowest sets the pace", fan_out;
    "counting", "PassThrough: progress and checksum of what flows by", counting;
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
        None => bail!("no lesson is called {name:?}; `streams tour --list` names them"),
    }
}
