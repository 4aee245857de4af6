//! What Node's trace and our notes say happened on its main thread, in one order.
//!
//! Node tells when a resource is made (`b`), when its callbacks begin and end (`b` and `e` of `..._CALLBACK`, `B` and `E` since Node 26), when it
//! is gone (`e`), and when the timers and check phases run (`X`).

use serde_json::Value;

use super::node_run::NodeRun;
use super::timeline::Phase;

/// What happened, at which microsecond.
pub enum Event<'a> {
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

/// All that happened on the main thread, in order.
pub fn in_order(run: &NodeRun) -> Vec<(u64, Event<'_>)> {
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
            let until = Some(at + lasts).filter(|_| lasts > 0);
            events.push((at, 0, Event::Enters(phase, until)));
            events.extend(until.map(|until| (until, 2, Event::Leaves)));
        } else if let Some(event) = async_hook(event) {
            events.push((at, 1, event));
        }
    }
    let notes = run.notes.iter().filter_map(note);
    events.extend(notes.map(|(at, event)| (at, 1, event)));
    events.sort_by_key(|(at, rank, _)| (*at, *rank));
    let events = events.into_iter();
    events.map(|(at, _, event)| (at, event)).collect()
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
