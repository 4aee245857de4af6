//! The recording of what `preload.cjs` has noted under Node: a line of JSON for each event, in order.

use std::collections::HashSet;

use serde::Deserialize;

use crate::callback::{BoxError, SpanKind};
use crate::trace::{Recorder, Trace};

/// An event, at which microsecond, and what belongs to it. Only what the program itself has asked for is told.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    event: Event,
    at: u64,
    /// What it is about.
    id: u64,
    kind: Option<SpanKind>,
    /// A file of the program, from its folder; nothing for the program itself.
    file: Option<String>,
    /// Nothing if it is not known.
    line: Option<u32>,
    /// For how long a timer is set.
    ms: u64,
    /// Whether the phase is the first of its turn.
    turns: bool,
    /// Whether a timer that has run is over.
    fired: bool,
    /// What was printed, the version of Node, or all of a file.
    text: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    #[default]
    Node,
    Source,
    Enters,
    Schedules,
    Sets,
    Refs,
    Unrefs,
    Wakes,
    Runs,
    /// What runs delivers the result of a job of the pool.
    Job,
    Ends,
    Gone,
    Prints,
}

/// Reads the notes of a `program` that ended in this way.
pub fn read(notes: &str, program: &str, end: &str) -> Result<Trace, BoxError> {
    // A line that Node was killed in the middle of is not one.
    let notes = notes.lines().map(serde_json::from_str);
    let notes: Vec<Note> = notes.map_while(Result::ok).collect();
    let Some(Note { text: version, .. }) = notes.first() else {
        return Err(format!("it is no Node: it has told nothing{end}").into());
    };
    if !matches!(version.split('.').next(), Some("22" | "24" | "26")) {
        return Err(format!("it is Node v{version}, not 22, 24 or 26").into());
    }
    let name = format!("Node {version}{end}");
    // All callbacks that run: that of a promise which nothing awaits does not.
    let is_run = |note: &&Note| matches!(note.event, Event::Runs);
    let runs = notes.iter().filter(is_run);
    let run: HashSet<u64> = runs.map(|note| note.id).collect();
    let mut recorder = Recorder::default();
    // The program's is the first of the files, whatever comes of it.
    recorder.line(program, 1);
    recorder.enters(SpanKind::Main, false);
    for note in notes {
        // A phase has ended with its last callback, not when the next one begins.
        if !matches!(note.event, Event::Enters) {
            recorder.at(note.at);
        }
        let (id, kind) = (note.id, note.kind.unwrap_or(SpanKind::JobDone));
        let file = note.file.as_deref().unwrap_or(program);
        let line = note.line.map(|line| recorder.line(file, line));
        let is_awaited = kind != SpanKind::Task || run.contains(&id);
        match note.event {
            Event::Node => {}
            Event::Source => recorder.trace.sources.push((file.to_owned(), note.text)),
            Event::Enters => {
                recorder.ends();
                recorder.enters(kind, note.turns);
            }
            Event::Schedules if is_awaited => recorder.schedules(id, kind, line),
            Event::Wakes if is_awaited => recorder.wakes(id),
            Event::Schedules | Event::Wakes => {}
            Event::Sets => {
                // `refresh()` sets one that waits.
                recorder.timer_is_gone(id, false);
                recorder.sets_timer(id, note.ms);
            }
            Event::Refs => recorder.refs_timer(id, true),
            Event::Unrefs => recorder.refs_timer(id, false),
            Event::Runs => recorder.runs(id, kind, line),
            Event::Job => recorder.job_has_run(None),
            Event::Ends => {
                recorder.ends();
                if note.fired {
                    recorder.timer_is_gone(id, false);
                }
            }
            Event::Gone => {
                recorder.timer_is_gone(id, true);
                recorder.drops(id);
            }
            Event::Prints => recorder.prints(note.text, line),
        }
    }
    Ok(recorder.end(&name))
}
