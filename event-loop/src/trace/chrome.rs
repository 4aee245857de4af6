//! A recording in the format of `chrome://tracing` and <https://ui.perfetto.dev>.
//!
//! Follows "Trace Event Format" (Google, 2016): slices have a time and a duration (`X`), an arrow leads from where a callback was scheduled to
//! where it ran (`s`, `f`), a timer waits from `b` to `e`, queue lengths are counters (`C`), marks are instants (`i`). Times are microseconds.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::timeline::{Line, Span, Step, StepKind, Trace, Wait, WaitKind};
use crate::callback::SpanKind;

/// The thread of the loop; those of the pool follow.
const LOOP: usize = 1;

impl Trace {
    /// Writes the recording as JSON.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_chrome(&self, out: &mut impl Write) -> io::Result<()> {
        let jobs = self.waits.iter().filter(|wait| wait.kind == WaitKind::Job);
        let threads = jobs.map(|wait| wait.row + 1).max().unwrap_or_default();
        let names = (0..=threads).map(|number| {
            let name = match number {
                0 => "event loop".to_owned(),
                number => format!("pool thread {number}"),
            };
            json!({ "ph": "M", "name": "thread_name", "tid": LOOP + number, "args": { "name": name } })
        });
        let mut events: Vec<_> = names.collect();
        events.extend(self.spans.iter().map(|span| self.slice(span)));
        let steps = self.steps.iter().enumerate();
        events.extend(steps.filter_map(|(number, step)| self.instant(number, step)));
        let waits = self.waits.iter().enumerate();
        events.extend(waits.flat_map(|(number, wait)| waiting(number, wait)));
        events.extend(self.queues.iter().map(|(at, queues)| {
            json!({ "ph": "C", "name": "waiting", "tid": LOOP, "ts": at, "args": {
                "ticks": queues.ticks, "microtasks": queues.microtasks,
                "immediates": queues.immediates, "timers": queues.timers,
            }})
        }));
        events.sort_by_key(|event| event["ts"].as_u64());
        for event in &mut events {
            event["pid"] = 1.into();
        }
        let events = json!({ "displayTimeUnit": "ms", "traceEvents": events });
        Ok(serde_json::to_writer(out, &events)?)
    }

    fn slice(&self, span: &Span) -> Value {
        let first = &self.steps[span.first];
        let category = if span.kind < SpanKind::Tick {
            "phase"
        } else {
            "callback"
        };
        json!({
            "ph": "X", "cat": category, "name": span.kind.theme().name, "tid": LOOP,
            "ts": first.at, "dur": span.until - first.at, "args": self.place(first.line),
        })
    }

    fn place(&self, line: Option<Line>) -> Value {
        match line {
            Some(line) => json!({ "file": self.files[line.file], "line": line.number }),
            None => json!({}),
        }
    }

    fn instant(&self, number: usize, step: &Step) -> Option<Value> {
        let mut event = match &step.does {
            StepKind::Schedules { .. } | StepKind::Wakes(_) => {
                json!({ "ph": "s", "cat": "cause", "name": "why", "id": number })
            }
            StepKind::Runs(cause) => {
                let cause = (*cause)?;
                json!({ "ph": "f", "bp": "e", "cat": "cause", "name": "why", "id": cause })
            }
            StepKind::Prints(text) => {
                json!({ "ph": "i", "s": "t", "cat": "output", "name": text, "args": self.place(step.line) })
            }
            StepKind::Enters => return None,
        };
        event["tid"] = LOOP.into();
        event["ts"] = step.at.into();
        Some(event)
    }
}

fn waiting(number: usize, wait: &Wait) -> Vec<Value> {
    match wait.kind {
        WaitKind::Job => vec![json!({
            "ph": "X", "cat": "pool", "name": "job", "tid": LOOP + 1 + wait.row,
            "ts": wait.from, "dur": wait.until - wait.from,
        })],
        WaitKind::Timer { ms, .. } => Vec::from([("b", wait.from), ("e", wait.until)].map(|(ph, at)| {
            let name = format!("timer of {ms} ms");
            json!({ "ph": ph, "cat": "timer", "name": name, "id": number, "tid": LOOP, "ts": at })
        })),
    }
}
