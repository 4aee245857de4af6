//! A recording in the format of `chrome://tracing` and <https://ui.perfetto.dev>.
//!
//! Follows "Trace Event Format" (Google, 2016): slices begin and end (`B`, `E`), an arrow leads from where a callback was scheduled to where it
//! ran (`s`, `f`), a timer waits from `b` to `e`, queue lengths are counters (`C`), marks are instants (`i`). Times are microseconds.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::recorder::{Event, EventKind, Name, Thread, Trace};
use crate::callback::CallbackKind;

impl Trace {
    /// Writes the recording as JSON.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_chrome(&self, out: &mut impl Write) -> io::Result<()> {
        let mut threads: Vec<Thread> = self.events.iter().map(|event| event.thread).collect();
        threads.push(Thread::Loop);
        threads.sort_unstable();
        threads.dedup();
        // A viewer wants the events of a thread in order; those of the pool were noted when their results arrived.
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.at);

        write!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
        let mut gap = "\n";
        let names = threads.iter().map(thread_name);
        let shown = |event: &&&Event| !matches!(event.kind, EventKind::Dropped(_));
        let rest = events.iter().filter(shown).map(|event| as_json(event));
        for event in names.chain(rest) {
            write!(out, "{gap}{event}")?;
            gap = ",\n";
        }
        writeln!(out, "\n]}}")
    }
}

fn thread_name(thread: &Thread) -> Value {
    let name = match thread {
        Thread::Loop => "event loop".to_owned(),
        Thread::Pool(number) => format!("pool thread {}", number + 1),
    };
    json!({ "ph": "M", "name": "thread_name", "pid": 1, "tid": number(*thread), "args": { "name": name } })
}

fn number(thread: Thread) -> u32 {
    match thread {
        Thread::Loop => 1,
        Thread::Pool(number) => number + 2,
    }
}

fn as_json(event: &Event) -> Value {
    let mut json = body(&event.kind);
    json["pid"] = 1.into();
    json["tid"] = number(event.thread).into();
    // Thousandths are enough, and a viewer's own unit.
    json["ts"] = (event.at / 1000).into();
    json
}

fn body(kind: &EventKind) -> Value {
    match kind {
        EventKind::Begin(Name::Phase(name)) => json!({ "ph": "B", "cat": "phase", "name": name }),
        EventKind::Begin(Name::Job) => json!({ "ph": "B", "cat": "pool", "name": "job" }),
        EventKind::Begin(Name::Callback(kind, location)) => json!({
            "ph": "B", "cat": "callback", "name": name(*kind),
            "args": { "file": location.file(), "line": location.line() },
        }),
        EventKind::End => json!({ "ph": "E" }),
        EventKind::Scheduled(number, ..) | EventKind::Woken(number) => {
            json!({ "ph": "s", "cat": "cause", "name": "why", "id": number })
        }
        EventKind::Runs(number) => {
            json!({ "ph": "f", "bp": "e", "cat": "cause", "name": "why", "id": number })
        }
        EventKind::TimerSet(number, duration) => json!({
            "ph": "b", "cat": "timer", "name": format!("timer of {} ms", duration.as_millis()), "id": number,
        }),
        EventKind::TimerGone(number) => {
            json!({ "ph": "e", "cat": "timer", "name": "timer", "id": number })
        }
        EventKind::Queues(queues) => json!({
            "ph": "C", "name": "waiting",
            "args": {
                "ticks": queues.ticks, "microtasks": queues.microtasks,
                "immediates": queues.immediates, "timers": queues.timers,
            },
        }),
        EventKind::Mark(text, location) => json!({
            "ph": "i", "s": "t", "cat": "output", "name": text,
            "args": { "file": location.file(), "line": location.line() },
        }),
        EventKind::Dropped(_) => Value::Null,
    }
}

fn name(kind: CallbackKind) -> &'static str {
    match kind {
        CallbackKind::Tick => "tick",
        CallbackKind::Microtask => "microtask",
        CallbackKind::Immediate => "immediate",
        CallbackKind::Timer => "timer",
        CallbackKind::Close => "close callback",
        CallbackKind::Task => "task",
        CallbackKind::Listener => "listener",
        CallbackKind::JobDone => "result of a job",
    }
}
