//! A recording in the format of `chrome://tracing` and <https://ui.perfetto.dev>.
//!
//! Follows "Trace Event Format" (Google, 2016): slices begin and end (`B`, `E`), an arrow leads from where a callback was scheduled to where it
//! ran (`s`, `f`), a timer waits from `b` to `e`, queue lengths are counters (`C`), marks are instants (`i`). Times are microseconds.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::recorder::{Event, Kind, Name, Thread, Trace, What};

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
        let shown = |event: &&&Event| !matches!(event.what, What::Dropped(_));
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
    let mut json = body(&event.what);
    json["pid"] = 1.into();
    json["tid"] = number(event.thread).into();
    // Thousandths are enough, and a viewer's own unit.
    json["ts"] = (event.at / 1000).into();
    json
}

fn body(what: &What) -> Value {
    match what {
        What::Begin(Name::Phase(name)) => json!({ "ph": "B", "cat": "phase", "name": name }),
        What::Begin(Name::Job) => json!({ "ph": "B", "cat": "pool", "name": "job" }),
        What::Begin(Name::Callback(kind, place)) => json!({
            "ph": "B", "cat": "callback", "name": name(*kind),
            "args": { "file": place.file(), "line": place.line() },
        }),
        What::End => json!({ "ph": "E" }),
        What::Scheduled(number, ..) | What::Woken(number) => {
            json!({ "ph": "s", "cat": "cause", "name": "why", "id": number })
        }
        What::Runs(number) => {
            json!({ "ph": "f", "bp": "e", "cat": "cause", "name": "why", "id": number })
        }
        What::TimerSet(key, duration) => json!({
            "ph": "b", "cat": "timer", "name": format!("timer of {} ms", duration.as_millis()), "id": key.number(),
        }),
        What::TimerGone(key) => {
            json!({ "ph": "e", "cat": "timer", "name": "timer", "id": key.number() })
        }
        What::Queues(queues) => json!({
            "ph": "C", "name": "waiting",
            "args": {
                "ticks": queues.ticks, "microtasks": queues.microtasks,
                "immediates": queues.immediates, "timers": queues.timers,
            },
        }),
        What::Mark(text, place) => json!({
            "ph": "i", "s": "t", "cat": "output", "name": text,
            "args": { "file": place.file(), "line": place.line() },
        }),
        What::Dropped(_) => Value::Null,
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Tick => "tick",
        Kind::Microtask => "microtask",
        Kind::Immediate => "immediate",
        Kind::Timer => "timer",
        Kind::Close => "close callback",
        Kind::Task => "task",
        Kind::Listener => "listener",
        Kind::JobDone => "result of a job",
    }
}
