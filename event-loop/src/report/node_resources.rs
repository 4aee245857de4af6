//! Which of Node's resources are the program's: Node's own loader and `console.log` use the loop as well.

use std::collections::{HashMap, HashSet};

use super::node_events::Event;
use super::node_run::NodeRun;

/// Something that the program has asked for.
pub struct Resource<'a> {
    pub kind: &'a str,
    pub line: Option<u32>,
    /// Of a timer.
    pub ms: u64,
    /// How often its callback runs.
    pub runs: usize,
    /// The promise that has to be settled first, unless it has been.
    pub awaits: Option<u64>,
}

/// What the program itself has asked for, directly or by what it had asked for before; and its body, which is a callback of the loader's.
pub fn resources<'a>(run: &NodeRun, timeline: &[(u64, Event<'a>)]) -> HashMap<u64, Resource<'a>> {
    let mut search = Search {
        asked: run.notes.iter().filter_map(asked).collect(),
        ..Search::default()
    };
    for (at, event) in timeline {
        search.see(*at, event);
    }
    search.known
}

/// A line and a delay, by the resource that was asked for there.
fn asked(note: &serde_json::Value) -> Option<(u64, (u32, u64))> {
    (note[0] == "asked").then_some(())?;
    let line = u32::try_from(note[2].as_u64()?).ok()?;
    Some((note[1].as_u64()?, (line, note[3].as_u64()?)))
}

#[derive(Default)]
struct Search<'a> {
    asked: HashMap<u64, (u32, u64)>,
    known: HashMap<u64, Resource<'a>>,
    promises: HashSet<u64>,
    settled: HashSet<u64>,
    /// The callbacks that are running.
    open: Vec<u64>,
    printed_until: u64,
}

impl<'a> Search<'a> {
    fn see(&mut self, at: u64, event: &Event<'a>) {
        match *event {
            Event::Asked {
                id,
                kind,
                during,
                trigger,
            } => {
                if kind == "PROMISE" {
                    self.promises.insert(id);
                }
                // What console.log needs for itself is not the program's.
                if at > self.printed_until {
                    self.take(id, kind, during, trigger);
                }
            }
            Event::Begins(id) => {
                self.open.push(id);
                if let Some(resource) = self.known.get_mut(&id) {
                    resource.runs += 1;
                }
            }
            Event::Ends(id) => self.open.retain(|one| *one != id),
            Event::Settled(id) => drop(self.settled.insert(id)),
            Event::Printed { until, line, .. } => {
                self.printed_until = until;
                if line > 0 {
                    self.take_body();
                }
            }
            Event::Enters(..) | Event::Leaves | Event::Gone(_) => {}
        }
    }

    fn take(&mut self, id: u64, kind: &'a str, during: u64, trigger: u64) {
        let told = self.asked.get(&id).copied();
        if told.is_some() {
            self.take_body();
        }
        let by = self.known.get(&during);
        if told.is_none() && by.is_none() {
            return;
        }
        // One call of the program may take several requests, each asked for by the one before.
        let line = told.map(|(line, _)| line).or(by.and_then(|by| by.line));
        let waits = kind == "PROMISE" && self.promises.contains(&trigger);
        let resource = Resource {
            kind,
            line,
            ms: told.map_or(0, |(_, ms)| ms),
            runs: 0,
            awaits: Some(trigger).filter(|trigger| waits && !self.settled.contains(trigger)),
        };
        self.known.insert(id, resource);
    }

    /// A callback of the loader's in which the program does something is the program's body.
    fn take_body(&mut self) {
        let Some(id) = self.open.last() else {
            return;
        };
        self.known.entry(*id).or_insert(Resource {
            kind: "PROMISE",
            line: None,
            ms: 0,
            runs: 1,
            awaits: None,
        });
    }
}
