//! The tour: the lessons in the order in which one learns, each beside the Node program that it translates.

mod encodings;
mod fill_swap_transcode;
mod hello;
mod inspect_compare_concat;
mod lenient_and_strict;
mod numbers;
mod range_errors;
mod search;
mod string_decoder;
mod views_and_copies;

use std::io::Write;

use anyhow::{Context, Result, bail};

/// A lesson prints what its twin `golden/NN-name.mjs` prints under Node.
struct Lesson {
    name: &'static str,
    title: &'static str,
    run: fn(&mut dyn Write) -> Result<()>,
}

macro_rules! lessons {
    ($($name:literal, $title:literal, $module:ident;)*) => {
        &[$(Lesson { name: $name, title: $title, run: $module::$module }),*]
    };
}

const LESSONS: &[Lesson] = lessons! {
    "hello", "A buffer prints as hex, is indexable and can be changed", hello;
    "encodings", "One text through every encoding, both ways", encodings;
    "lenient-and-strict", "Bad input: what Node makes of it, and where it is bad", lenient_and_strict;
    "numbers", "Integers and floats of 1 to 8 bytes, both byte orders", numbers;
    "range-errors", "Out of range: an error with a code and a message", range_errors;
    "views-and-copies", "Views that share memory, and copies that do not", views_and_copies;
    "search", "indexOf, lastIndexOf, includes", search;
    "fill-swap-transcode", "Filling, swapping bytes, from one encoding to another", fill_swap_transcode;
    "string-decoder", "StringDecoder: characters that come in pieces", string_decoder;
    "inspect-compare-concat", "Showing, ordering, joining", inspect_compare_concat;
};

/// Prints a line for each lesson: its name, two spaces or more, its title.
pub fn list(out: &mut dyn Write) -> Result<()> {
    for lesson in LESSONS {
        writeln!(out, "{:<24} {}", lesson.name, lesson.title)?;
    }
    Ok(())
}

/// Runs the lessons of these names, or all, with a heading unless it is just one.
pub fn run(names: &[String], out: &mut dyn Write) -> Result<()> {
    let lessons: Vec<&Lesson> = if names.is_empty() {
        LESSONS.iter().collect()
    } else {
        names.iter().map(|name| find(name)).collect::<Result<_>>()?
    };
    for (index, lesson) in lessons.iter().enumerate() {
        if lessons.len() > 1 {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}== {} == {}\n", lesson.name, lesson.title)?;
        }
        (lesson.run)(out).with_context(|| format!("lesson {}", lesson.name))?;
    }
    Ok(())
}

fn find(name: &str) -> Result<&'static Lesson> {
    match LESSONS.iter().find(|lesson| lesson.name == name) {
        Some(lesson) => Ok(lesson),
        None => bail!("no lesson is called {name:?}; `buffers tour --list` names them"),
    }
}

/// A JS string as `JSON.stringify` has it, all that is not ASCII written out.
fn json(units: &[u16]) -> String {
    let shown = |&unit: &u16| match unit {
        0x22 => "\\\"".to_owned(),
        0x5c => "\\\\".to_owned(),
        0x0a => "\\n".to_owned(),
        0x20..0x7f => char::from(unit as u8).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    format!("\"{}\"", units.iter().map(shown).collect::<String>())
}

/// The same of a Rust string.
fn json_text(text: &str) -> String {
    json(&text.encode_utf16().collect::<Vec<_>>())
}
