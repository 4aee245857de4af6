//! The timeline of what Node recorded.
//!
//! A callback that runs outside of the timers and check phases came from the poll phase. Only what the program itself has asked for is told.

use std::collections::{HashMap, HashSet};

use super::node_events::{Event, in_order};
use super::node_resources::{Resource, resources};
use super::node_run::{End, NodeRun};
use super::timeline::{Line, Phase, Timeline};
use super::timeline_builder::TimelineBuilder;
use crate::callback::CallbackKind;

/// Tells what Node recorded.
pub fn timeline(run: &NodeRun) -> Timeline {
    let timeline = in_order(run);
    let mut reader = Reader::new(run, &timeline);
    for (at, event) in &timeline {
        reader.builder.at(at.saturating_sub(timeline[0].0) * 1000);
        reader.read(*at, event);
    }
    reader.builder.end()
}

struct Reader<'a> {
    builder: TimelineBuilder,
    program: &'a str,
    known: HashMap<u64, Resource<'a>>,
    /// By the promise that they wait for.
    waiting: HashMap<u64, Vec<u64>>,
    /// Resources whose callback has run.
    ran: HashSet<u64>,
    phase: Option<Phase>,
    until: Option<u64>,
    /// Nothing says that the phase goes on: neither its end, which is not known, nor a callback of its kind.
    phase_end_unknown: bool,
    open: Vec<u64>,
}

impl<'a> Reader<'a> {
    fn new(run: &'a NodeRun, timeline: &[(u64, Event<'a>)]) -> Self {
        let version = run
            .events
            .iter()
            .find_map(|event| event["args"]["node"].as_str());
        let end = match run.end {
            End::Code(0) => String::new(),
            End::Code(code) => format!(", exit code {code}"),
            End::Ended => ", ended by a signal".to_owned(),
            End::TimeOver(limit) => format!(", ended after {limit:?}"),
        };
        let name = format!("Node {}{end}", version.unwrap_or_default());
        let mut builder = TimelineBuilder::new(&name);
        builder.enters(Some(Phase::Main));
        let known = resources(run, timeline);
        let mut waiting: HashMap<u64, Vec<u64>> = HashMap::new();
        for (id, resource) in known.iter().filter(|(_, resource)| resource.runs > 0) {
            if let Some(promise) = resource.awaits {
                waiting.entry(promise).or_default().push(*id);
            }
        }
        waiting.values_mut().for_each(|ids| ids.sort_unstable());
        Self {
            builder,
            program: &run.program,
            known,
            waiting,
            ran: HashSet::new(),
            phase: Some(Phase::Main),
            until: None,
            phase_end_unknown: false,
            open: Vec::new(),
        }
    }

    fn read(&mut self, at: u64, event: &Event) {
        match *event {
            Event::Enters(phase, until) => {
                self.enter(Some(phase));
                self.phase_end_unknown = until.is_none();
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
                if !self.ran.contains(&id) && known.is_some_and(|one| is_in_pool(one.kind)) {
                    self.builder.job_is_over(id);
                }
                self.builder.timer_is_gone(id);
                self.builder.drops(id);
            }
            Event::Settled(promise) => self.settled(promise),
            Event::Printed { text, line, .. } => {
                let line = u32::try_from(line).ok().filter(|line| *line > 0);
                let line = line.map(|line| self.builder.line(self.program, line));
                self.builder
                    .prints(text.trim_end_matches('\n').to_owned(), line);
            }
        }
    }

    fn enter(&mut self, phase: Option<Phase>) {
        if self.phase.is_some() {
            self.builder.ends();
        }
        if phase.is_some() {
            self.builder.enters(phase);
        }
        (self.phase, self.until) = (phase, None);
        self.phase_end_unknown = false;
    }

    /// Whether a callback that nothing else runs in can be one of the phase that goes on.
    fn belongs(&self, kind: CallbackKind) -> bool {
        match self.phase {
            None => false,
            Some(Phase::Main) => kind != CallbackKind::JobDone,
            Some(Phase::Timers) if self.phase_end_unknown => kind == CallbackKind::Timer,
            Some(Phase::Check) if self.phase_end_unknown => kind == CallbackKind::Immediate,
            Some(_) => true,
        }
    }

    fn line(&mut self, id: u64) -> Option<Line> {
        let line = self.known.get(&id)?.line?;
        Some(self.builder.line(self.program, line))
    }

    fn asked(&mut self, id: u64) {
        let line = self.line(id);
        let Some(resource) = self.known.get(&id) else {
            return;
        };
        let (kind, ms) = (callback(resource.kind), resource.ms);
        // A promise is scheduled once it is settled; one that nobody waits for, never.
        if kind == CallbackKind::Task && (resource.runs == 0 || resource.awaits.is_some()) {
            return;
        }
        self.builder.schedules(id, kind, line);
        if kind == CallbackKind::Timer {
            self.builder.sets_timer(id, ms, true);
        }
    }

    fn settled(&mut self, promise: u64) {
        for id in self.waiting.remove(&promise).unwrap_or_default() {
            self.builder.wakes(id);
        }
    }

    fn begins(&mut self, id: u64) {
        let line = self.line(id);
        let Some(resource) = self.known.get_mut(&id) else {
            return;
        };
        resource.runs = resource.runs.saturating_sub(1);
        self.ran.insert(id);
        let kind = callback(resource.kind);
        let in_pool = is_in_pool(resource.kind);
        if self.open.is_empty() && !self.belongs(kind) {
            self.enter(Some(Phase::Poll));
        }
        self.phase_end_unknown = false;
        self.open.push(id);
        self.builder.runs(id, kind, line);
        if in_pool {
            self.builder.job_has_run(None);
        }
    }

    fn ends(&mut self, id: u64) {
        if self.open.last() != Some(&id) {
            return;
        }
        self.open.pop();
        self.builder.ends();
        if self
            .known
            .get(&id)
            .is_some_and(|resource| resource.runs == 0)
        {
            self.builder.timer_is_gone(id);
        }
    }
}

fn callback(kind: &str) -> CallbackKind {
    match kind {
        "TickObject" => CallbackKind::Tick,
        "Microtask" => CallbackKind::Microtask,
        "PROMISE" => CallbackKind::Task,
        "Immediate" => CallbackKind::Immediate,
        "Timeout" => CallbackKind::Timer,
        _ => CallbackKind::JobDone,
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
