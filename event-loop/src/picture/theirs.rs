//! The story of what Node recorded.
//!
//! Node tells when a resource is made (`b`), when its callbacks begin and end (`b` and `e` of `..._CALLBACK`,
//! `B` and `E` since Node 26) and when it is gone (`e`), when the
//! timers and check phases run (`X`). A callback between those came from the poll phase. Only what the program itself has asked for is told.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::node_run::NodeRun;
use super::story::{Line, Phase, Story, Teller};
use crate::trace::Kind;

/// What happened, at which microsecond.
enum Event<'a> {
    /// A phase, and when it is over, if that is known.
    Enters(Phase, Option<u64>),
    Leaves,
    Asked {
        id: u64,
        kind: &'a str,
        during: u64,
        trigger: u64,
    },
    Begins(u64),
    Ends(u64),
    Gone(u64),
    Settled(u64),
    Printed {
        until: u64,
        text: &'a str,
        line: u64,
    },
}

/// Tells what Node recorded.
pub fn story(run: &NodeRun) -> Story {
    let timeline = timeline(run);
    let mut reader = Reader::new(run, &timeline);
    for (at, event) in &timeline {
        reader.teller.at(at.saturating_sub(timeline[0].0) * 1000);
        reader.read(*at, event);
    }
    reader.teller.end()
}

/// All that happened on the main thread, in order.
fn timeline(run: &NodeRun) -> Vec<(u64, Event<'_>)> {
    let main = run
        .events
        .iter()
        .find(|event| event["name"] == "Environment");
    let main = main.map(|event| (&event["pid"], &event["tid"]));
    let ours = run
        .events
        .iter()
        .filter(|event| main == Some((&event["pid"], &event["tid"])));
    let mut events: Vec<(u64, u8, Event)> = Vec::new();
    for event in ours {
        let at = event["ts"].as_u64().unwrap_or_default();
        if let Some(phase) = phase(event) {
            // Node writes its buffer out now and then. A phase that was going on then has no duration.
            let lasts = event["dur"].as_u64().unwrap_or_default();
            events.push((
                at,
                0,
                Event::Enters(phase, Some(at + lasts).filter(|_| lasts > 0)),
            ));
            if lasts > 0 {
                events.push((at + lasts, 2, Event::Leaves));
            }
        } else if let Some(event) = async_hook(event) {
            events.push((at, 1, event));
        }
    }
    events.extend(
        run.notes
            .iter()
            .filter_map(note)
            .map(|(at, event)| (at, 1, event)),
    );
    events.sort_by_key(|(at, rank, _)| (*at, *rank));
    events
        .into_iter()
        .map(|(at, _, event)| (at, event))
        .collect()
}

fn phase(event: &Value) -> Option<Phase> {
    match (event["ph"].as_str()?, event["name"].as_str()?) {
        ("X", "RunTimers") => Some(Phase::Timers),
        ("X", "CheckImmediate") => Some(Phase::Check),
        _ => None,
    }
}

fn async_hook(event: &Value) -> Option<Event<'_>> {
    let ends = match event["ph"].as_str()? {
        "b" | "B" => false,
        "e" | "E" => true,
        _ => return None,
    };
    event["cat"]
        .as_str()?
        .contains("async_hooks")
        .then_some(())?;
    let id = u64::from_str_radix(event["id"].as_str()?.strip_prefix("0x")?, 16).ok()?;
    let name = event["name"].as_str()?;
    Some(match (name.ends_with("_CALLBACK"), ends) {
        (true, false) => Event::Begins(id),
        (true, true) => Event::Ends(id),
        (false, true) => Event::Gone(id),
        (false, false) => Event::Asked {
            id,
            kind: name,
            during: event["args"]["data"]["executionAsyncId"].as_u64()?,
            trigger: event["args"]["data"]["triggerAsyncId"].as_u64()?,
        },
    })
}

fn note(note: &Value) -> Option<(u64, Event<'_>)> {
    match note[0].as_str()? {
        "settled" => Some((note[2].as_u64()?, Event::Settled(note[1].as_u64()?))),
        "printed" => {
            let (until, line, text) = (note[2].as_u64()?, note[3].as_u64()?, note[4].as_str()?);
            Some((note[1].as_u64()?, Event::Printed { until, text, line }))
        }
        _ => None,
    }
}

struct Reader<'a> {
    teller: Teller,
    program: &'a str,
    known: HashMap<u64, Resource<'a>>,
    /// By the promise that they wait for.
    waiting: HashMap<u64, Vec<u64>>,
    phase: Option<Phase>,
    until: Option<u64>,
    /// Nothing says that the phase goes on: neither its end, which is not known, nor a callback of its kind.
    is_doubtful: bool,
    open: Vec<u64>,
}

/// Something that the program has asked for.
struct Resource<'a> {
    kind: &'a str,
    line: Option<u32>,
    ms: u64,
    /// How often its callback runs from here on.
    runs: usize,
    ran: usize,
    /// The promise that has to be settled first, unless it has been.
    awaits: Option<u64>,
}

impl<'a> Reader<'a> {
    fn new(run: &'a NodeRun, timeline: &[(u64, Event<'a>)]) -> Self {
        let version = run
            .events
            .iter()
            .find_map(|event| event["args"]["node"].as_str());
        let code = run.code.filter(|code| *code != 0);
        let code = code.map_or(String::new(), |code| format!(", exit code {code}"));
        let name = format!("Node {}{code}", version.unwrap_or_default());
        let mut teller = Teller::new(&name);
        teller.enters(Some(Phase::Main));
        let known = resources(run, timeline);
        let mut waiting: HashMap<u64, Vec<u64>> = HashMap::new();
        for (id, resource) in known.iter().filter(|(_, resource)| resource.runs > 0) {
            if let Some(promise) = resource.awaits {
                waiting.entry(promise).or_default().push(*id);
            }
        }
        waiting.values_mut().for_each(|ids| ids.sort_unstable());
        Self {
            teller,
            program: &run.program,
            known,
            waiting,
            phase: Some(Phase::Main),
            until: None,
            is_doubtful: false,
            open: Vec::new(),
        }
    }

    fn read(&mut self, at: u64, event: &Event) {
        match *event {
            Event::Enters(phase, until) => {
                self.enter(Some(phase));
                self.is_doubtful = until.is_none();
                self.until = until;
            }
            // In the same microsecond the next phase may have begun.
            Event::Leaves if self.until == Some(at) => self.enter(None),
            Event::Leaves => {}
            Event::Asked { id, .. } => self.asked(id),
            Event::Begins(id) => self.begins(id),
            Event::Ends(id) => self.ends(id),
            Event::Gone(id) => {
                // What belongs to a promise has no callback of its own.
                let known = self.known.get(&id);
                if known.is_some_and(|one| one.ran == 0 && is_in_pool(one.kind)) {
                    self.teller.job_is_over(id);
                }
                self.teller.timer_is_gone(id);
                self.teller.drops(id);
            }
            Event::Settled(promise) => self.settled(promise),
            Event::Printed { text, line, .. } => {
                let line = u32::try_from(line).ok().filter(|line| *line > 0);
                let line = line.map(|line| self.teller.line(self.program, line));
                self.teller
                    .prints(text.trim_end_matches('\n').to_owned(), line);
            }
        }
    }

    fn enter(&mut self, phase: Option<Phase>) {
        if self.phase.is_some() {
            self.teller.ends();
        }
        if phase.is_some() {
            self.teller.enters(phase);
        }
        (self.phase, self.until) = (phase, None);
        self.is_doubtful = false;
    }

    /// Whether a callback that nothing else runs in can be one of the phase that goes on.
    fn belongs(&self, kind: Kind) -> bool {
        match self.phase {
            None => false,
            Some(Phase::Main) => kind != Kind::JobDone,
            Some(Phase::Timers) if self.is_doubtful => kind == Kind::Timer,
            Some(Phase::Check) if self.is_doubtful => kind == Kind::Immediate,
            Some(_) => true,
        }
    }

    fn line(&mut self, id: u64) -> Option<Line> {
        let line = self.known.get(&id)?.line?;
        Some(self.teller.line(self.program, line))
    }

    fn asked(&mut self, id: u64) {
        let line = self.line(id);
        let Some(resource) = self.known.get(&id) else {
            return;
        };
        let (kind, ms) = (callback(resource.kind), resource.ms);
        // A promise is scheduled once it is settled; one that nobody waits for, never.
        if kind == Kind::Task && (resource.runs == 0 || resource.awaits.is_some()) {
            return;
        }
        self.teller.schedules(id, kind, line);
        if kind == Kind::Timer {
            self.teller.sets_timer(id, ms, line);
        }
    }

    fn settled(&mut self, promise: u64) {
        for id in self.waiting.remove(&promise).unwrap_or_default() {
            self.teller.wakes(id);
        }
    }

    fn begins(&mut self, id: u64) {
        let line = self.line(id);
        let Some(resource) = self.known.get_mut(&id) else {
            return;
        };
        resource.runs = resource.runs.saturating_sub(1);
        resource.ran += 1;
        let kind = callback(resource.kind);
        let in_pool = is_in_pool(resource.kind);
        if self.open.is_empty() && !self.belongs(kind) {
            self.enter(Some(Phase::Poll));
        }
        self.is_doubtful = false;
        self.open.push(id);
        self.teller.runs(id, kind, line);
        if in_pool {
            self.teller.job_has_run(None);
        }
    }

    fn ends(&mut self, id: u64) {
        if self.open.last() != Some(&id) {
            return;
        }
        self.open.pop();
        self.teller.ends();
        if self
            .known
            .get(&id)
            .is_some_and(|resource| resource.runs == 0)
        {
            self.teller.timer_is_gone(id);
        }
    }
}

/// What the program itself has asked for, directly or by what it had asked for before; and its body, which is a callback of the loader's.
fn resources<'a>(run: &NodeRun, timeline: &[(u64, Event<'a>)]) -> HashMap<u64, Resource<'a>> {
    let asked = run.notes.iter().filter(|note| note[0] == "asked");
    let asked: HashMap<u64, (u64, u64)> = asked
        .filter_map(|note| Some((note[1].as_u64()?, (note[2].as_u64()?, note[3].as_u64()?))))
        .collect();
    let (mut known, mut all, mut settled) = (HashMap::new(), HashMap::new(), HashSet::new());
    let (mut open, mut printed_until) = (Vec::new(), 0);
    for (at, event) in timeline {
        // A loader's callback in which the program does something is the program's body.
        let adopt = |known: &mut HashMap<u64, Resource<'a>>, open: &[u64]| {
            if let Some(id) = open.last().filter(|id| !known.contains_key(id)) {
                let kind = all.get(id).copied().unwrap_or("PROMISE");
                known.insert(
                    *id,
                    Resource {
                        kind,
                        line: None,
                        ms: 0,
                        runs: 1,
                        ran: 0,
                        awaits: None,
                    },
                );
            }
        };
        match *event {
            Event::Asked {
                id,
                kind,
                during,
                trigger,
            } => {
                // What console.log needs for itself is not the program's.
                let told = asked.get(&id).filter(|_| *at > printed_until);
                if told.is_some() {
                    adopt(&mut known, &open);
                }
                all.insert(id, kind);
                if told.is_some() || (known.contains_key(&during) && *at > printed_until) {
                    let line = told.and_then(|(line, _)| u32::try_from(*line).ok());
                    // One call of the program may take several requests, each asked for by the one before.
                    let line = line.or(known.get(&during).and_then(|during| during.line));
                    let ms = told.map_or(0, |(_, ms)| *ms);
                    let awaits =
                        Some(trigger).filter(|id| kind == "PROMISE" && !settled.contains(id));
                    let awaits = awaits.filter(|trigger| all.get(trigger) == Some(&"PROMISE"));
                    known.insert(
                        id,
                        Resource {
                            kind,
                            line,
                            ms,
                            runs: 0,
                            ran: 0,
                            awaits,
                        },
                    );
                }
            }
            Event::Begins(id) => {
                open.push(id);
                if let Some(resource) = known.get_mut(&id) {
                    resource.runs += 1;
                }
            }
            Event::Ends(id) => open.retain(|one| *one != id),
            Event::Settled(id) => drop(settled.insert(id)),
            Event::Printed { until, line, .. } => {
                printed_until = until;
                if line > 0 {
                    adopt(&mut known, &open);
                }
            }
            _ => {}
        }
    }
    known
}

fn callback(kind: &str) -> Kind {
    match kind {
        "TickObject" => Kind::Tick,
        "Microtask" => Kind::Microtask,
        "PROMISE" => Kind::Task,
        "Immediate" => Kind::Immediate,
        "Timeout" => Kind::Timer,
        _ => Kind::JobDone,
    }
}

/// What libuv does on a thread of its pool; which one, Node does not tell.
fn is_in_pool(kind: &str) -> bool {
    let begins = [
        "FSREQ",
        "FILEHANDLECLOSEREQ",
        "GETADDRINFO",
        "GETNAMEINFO",
        "ZLIB",
        "PBKDF2",
        "SCRYPT",
        "RANDOM",
    ];
    begins.iter().any(|begin| kind.starts_with(begin))
}
