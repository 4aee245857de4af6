//! The recording of what `preload.cjs` has noted under Node: a line of JSON for each event, in order.

use std::collections::HashMap;

use serde::Deserialize;

use crate::callback::SpanKind;
use crate::trace::{Recorder, Trace};

/// What happened, and at which microsecond.
#[derive(Deserialize)]
struct Note {
    at: u64,
    #[serde(flatten)]
    event: Event,
}

/// Only what the program itself has asked for is told. A line of 0 is not known.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Node {
        version: String,
    },
    Enters {
        kind: SpanKind,
        turns: bool,
    },
    Schedules {
        id: u64,
        kind: SpanKind,
        line: u32,
    },
    Sets {
        id: u64,
        ms: u64,
    },
    Unrefs {
        id: u64,
    },
    Wakes {
        id: u64,
    },
    Runs {
        id: u64,
        kind: SpanKind,
        line: u32,
    },
    /// A job of the pool, whose result is being delivered.
    Job,
    Ends {
        id: u64,
    },
    Gone {
        id: u64,
    },
    Prints {
        text: String,
        line: u32,
    },
}

/// Reads the notes of a `program` that ended in this way; nothing if there is none.
pub fn read(notes: &str, program: &str, end: &str) -> Option<Trace> {
    // A line that Node was killed in the middle of is not one.
    let notes = notes.lines().map(serde_json::from_str::<Note>);
    let notes: Vec<Note> = notes.map_while(Result::ok).collect();
    let Event::Node { version } = &notes.first()?.event else {
        return None;
    };
    let name = format!("Node {version}{end}");
    // How often each callback is still to run: a promise that nothing waits for has none.
    let mut runs: HashMap<u64, usize> = HashMap::new();
    for note in &notes {
        if let Event::Runs { id, .. } = note.event {
            *runs.entry(id).or_default() += 1;
        }
    }
    let mut recorder = Recorder::default();
    recorder.enters(SpanKind::Main);
    for Note { at, event } in notes {
        // A phase has ended with its last callback, not when the next one begins.
        if let Event::Enters { kind, turns } = event {
            recorder.ends();
            recorder.enters_turn(kind, turns);
            continue;
        }
        recorder.at(at * 1000);
        let mut line = |number| (number > 0).then(|| recorder.line(program, number));
        match event {
            Event::Node { .. } | Event::Enters { .. } => {}
            Event::Schedules {
                id,
                kind,
                line: number,
            } => {
                if kind != SpanKind::Task || runs.contains_key(&id) {
                    let line = line(number);
                    recorder.schedules(id, kind, line);
                }
            }
            Event::Sets { id, ms } => recorder.sets_timer(id, ms),
            Event::Unrefs { id } => recorder.refs_timer(id, false),
            Event::Wakes { id } => {
                if runs.contains_key(&id) {
                    recorder.wakes(id);
                }
            }
            Event::Runs {
                id,
                kind,
                line: number,
            } => {
                let line = line(number);
                recorder.runs(id, kind, line);
                runs.entry(id).and_modify(|left| *left -= 1);
            }
            Event::Job => recorder.some_job_has_run(),
            Event::Ends { id } => {
                recorder.ends();
                if runs.get(&id) == Some(&0) {
                    recorder.timer_is_gone(id, false);
                }
            }
            Event::Gone { id } => {
                recorder.timer_is_gone(id, true);
                recorder.drops(id);
            }
            Event::Prints { text, line: number } => {
                let line = line(number);
                recorder.prints(text, line);
            }
        }
    }
    Some(recorder.end(&name))
}
