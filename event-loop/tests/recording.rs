//! A recording keeps the rules of the trace event format, tells the order, and says why.

use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

use event_loop::{
    Builder, Clock, Trace, at_line, mark, next_tick, queue_microtask, set_immediate, set_interval,
    set_timeout, sleep, spawn_blocking, trace,
};
use serde_json::Value;

fn events(recorded: &Trace) -> Vec<Value> {
    let mut json = Vec::new();
    recorded.write_chrome(&mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    json["traceEvents"].as_array().unwrap().clone()
}

fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    event[key].as_str().unwrap_or_default()
}

/// What the format asks for: slices that nest, arrows with both ends in slices, timers that begin before they end.
fn check(events: &[Value]) {
    // When the slices that are open on a thread end, and when its last event was.
    let (mut open, mut last): (HashMap<u64, Vec<u64>>, HashMap<u64, u64>) = Default::default();
    let (mut causes, mut timers): (HashMap<u64, u64>, HashMap<u64, u64>) = Default::default();
    for event in events.iter().filter(|event| text(event, "ph") != "M") {
        let (thread, at) = (
            event["tid"].as_u64().unwrap(),
            event["ts"].as_u64().unwrap(),
        );
        assert!(
            last.insert(thread, at).is_none_or(|before| before <= at),
            "{event} goes back"
        );
        let slices = open.entry(thread).or_default();
        while slices.pop_if(|end| *end < at).is_some() {}
        let id = event["id"].as_u64();
        match text(event, "ph") {
            "X" => {
                let end = at + event["dur"].as_u64().unwrap();
                assert!(
                    slices.last().is_none_or(|outer| end <= *outer),
                    "{event} crosses its end"
                );
                slices.push(end);
            }
            "s" => assert!(causes.insert(id.unwrap(), at).is_none(), "{event} twice"),
            "f" => {
                assert!(causes[&id.unwrap()] <= at, "{event} before its cause");
                assert!(!slices.is_empty(), "{event} is in no slice");
            }
            "b" => assert!(
                timers.insert(id.unwrap(), at).is_none(),
                "{event} waits twice"
            ),
            "e" => assert!(
                timers.remove(&id.unwrap()).is_some(),
                "{event} did not wait"
            ),
            "C" => assert!(
                event["args"]
                    .as_object()
                    .unwrap()
                    .values()
                    .all(Value::is_u64)
            ),
            "i" => assert_eq!(text(event, "s"), "t"),
            other => panic!("{other:?} in {event}"),
        }
    }
    assert!(timers.is_empty(), "still waiting: {timers:?}");
}

fn names(events: &[Value], category: &str) -> Vec<String> {
    let of = events
        .iter()
        .filter(|event| text(event, "cat") == category && text(event, "ph") == "X");
    of.map(|event| text(event, "name").to_owned()).collect()
}

#[test]
fn callbacks_are_recorded_in_the_order_in_which_they_ran() {
    let (_, recorded) = trace(|| {
        Builder::new().clock(Clock::Virtual).run_script(|| {
            set_timeout(Duration::from_millis(5), || next_tick(|| {}));
            set_immediate(|| {});
            queue_microtask(|| {});
            next_tick(|| {});
        })
    });

    let events = events(&recorded);
    check(&events);
    assert_eq!(
        names(&events, "callback"),
        ["tick", "microtask", "immediate", "timer", "tick"]
    );
    assert_eq!(names(&events, "phase"), ["main", "check", "timers"]);
}

#[test]
fn each_run_points_to_where_it_was_scheduled() {
    let line = line!() + 3;
    let (_, recorded) = trace(|| {
        Builder::new().run_script(|| {
            set_immediate(|| {});
        })
    });

    let events = events(&recorded);
    check(&events);
    let immediate = events
        .iter()
        .find(|event| text(event, "name") == "immediate")
        .unwrap();
    assert_eq!(immediate["args"]["line"], line);
    assert!(text(&immediate["args"], "file").ends_with("recording.rs"));
}

#[test]
fn timers_are_pending_until_they_fire_or_are_cleared_or_set_again() {
    let (_, recorded) = trace(|| {
        Builder::new().clock(Clock::Virtual).run_script(|| {
            let cleared = set_timeout(Duration::from_millis(50), || {});
            let again = set_timeout(Duration::from_millis(1), || {});
            let interval = set_interval(Duration::from_millis(2), || {});
            set_timeout(Duration::from_millis(9), move || {
                cleared.clear();
                again.refresh();
                interval.clear();
            });
        })
    });

    let events = events(&recorded);
    check(&events);
    let count = |ph: &str| {
        events
            .iter()
            .filter(|event| text(event, "ph") == ph)
            .count()
    };
    assert_eq!((count("b"), count("e")), (5, 5));
}

#[test]
fn failures_and_panics_end_their_slices() {
    let (_, recorded) = trace(|| {
        Builder::new().run_script(|| {
            event_loop::on_uncaught(|_| {});
            set_immediate(|| Err::<(), _>("an error"));
            set_immediate(|| -> () { panic!("a panic") });
            next_tick(|| {});
        })
    });

    check(&events(&recorded));
}

#[test]
fn jobs_of_the_pool_stand_on_threads_of_their_own() {
    let (_, recorded) = trace(|| {
        Builder::new().run(async {
            for _ in 0..20 {
                spawn_blocking(|| {}).await?;
            }
            let all: Vec<_> = (0..20).map(|_| spawn_blocking(|| {})).collect();
            for one in all {
                one.await?;
            }
            Ok::<_, event_loop::Error>(())
        })
    });

    let events = events(&recorded);
    check(&events);
    assert_eq!(names(&events, "pool").len(), 40);
    assert!(
        events
            .iter()
            .any(|event| text(&event["args"], "name") == "pool thread 1")
    );
}

#[test]
fn a_future_goes_on_because_of_who_woke_it() {
    let (_, recorded) = trace(|| {
        Builder::new().clock(Clock::Virtual).run(async {
            sleep(Duration::from_millis(5)).await;
        })
    });

    let events = events(&recorded);
    check(&events);
    let at = |event: usize, ph: &str, name: &str| {
        let found = events[event..]
            .iter()
            .position(|event| text(event, "ph") == ph && text(event, "name") == name);
        event + found.unwrap_or_else(|| panic!("no {ph} {name} after {event}"))
    };
    let timer = at(0, "X", "timer");
    let woken = at(timer, "s", "why");
    let of = |event: usize, key: &str| events[event][key].as_u64().unwrap();
    let end_of_timer = of(timer, "ts") + of(timer, "dur");
    let goes_on = at(at(woken, "X", "async code"), "f", "why");
    assert!(of(woken, "ts") <= end_of_timer && end_of_timer < of(goes_on, "ts"));
    assert_eq!(events[woken]["id"], events[goes_on]["id"]);
}

#[test]
fn an_interpreter_names_the_lines_of_its_own_programs() {
    let script = "hello.txt".into();
    let (_, recorded) = trace(|| {
        Builder::new().run_script(move || {
            at_line(&script, 7, || set_immediate(|| mark(format_args!("after"))));
            set_immediate(|| {});
        })
    });

    let events = events(&recorded);
    let mut places = events
        .iter()
        .filter(|event| text(event, "name") == "immediate");
    let (named, own) = (places.next().unwrap(), places.next().unwrap());
    assert_eq!(
        (text(&named["args"], "file"), &named["args"]["line"]),
        ("hello.txt", &Value::from(7))
    );
    assert!(
        text(&own["args"], "file").ends_with("recording.rs"),
        "what was said holds no longer"
    );
    let printed = events
        .iter()
        .find(|event| text(event, "name") == "after")
        .unwrap();
    assert!(text(&printed["args"], "file").ends_with("recording.rs"));
}

#[test]
fn a_loop_that_nobody_records_leaves_nothing() {
    let _ = Builder::new().run_script(|| {
        set_immediate(|| {});
    });
    let ((), recorded) = trace(|| {});

    assert_eq!(events(&recorded).len(), 1, "the name of a thread");
}

#[test]
fn a_recording_ends_with_a_panic_that_goes_through_it() {
    let inner = || {
        trace(|| -> () {
            mark(format_args!("inside"));
            panic!("out of the work")
        })
    };

    let (panicked, recorded) = trace(|| {
        mark(format_args!("before"));
        let panicked = std::panic::catch_unwind(inner);
        mark(format_args!("after"));
        panicked
    });

    assert!(panicked.is_err());
    let events = events(&recorded);
    let marks = events.iter().filter(|event| text(event, "ph") == "i");
    let marks: Vec<_> = marks.map(|event| text(event, "name")).collect();
    assert_eq!(marks, ["before", "after"]);
}

#[test]
fn every_lesson_can_be_recorded_and_prints_what_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    // A lesson may leave a file where it runs.
    let tool = || {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_event-loop"));
        tool.current_dir(folder.path());
        tool
    };
    let list = tool().args(["tour", "--list"]).output().unwrap();
    for lesson in String::from_utf8(list.stdout).unwrap().lines() {
        let name = lesson.split_whitespace().next().unwrap();
        if cfg!(not(unix)) && name == "ctrl-c" {
            continue;
        }
        let file = folder.path().join(name).with_extension("json");

        let alone = tool().args(["tour", name]).output().unwrap();
        let recorded = tool()
            .args(["trace", name, "-o"])
            .arg(&file)
            .output()
            .unwrap();

        assert!(recorded.status.success(), "{name}: {recorded:?}");
        // What lasts how long on tokio's clock is up to the machine.
        if !name.starts_with("tokio-") {
            assert_eq!(recorded.stdout, alone.stdout, "{name}");
        }
        let json: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let events = json["traceEvents"].as_array().unwrap();
        check(events);
        let printed: Vec<_> = events
            .iter()
            .filter(|event| text(event, "cat") == "output")
            .map(|event| text(event, "name"))
            .collect();
        assert_eq!(
            printed.join("\n"),
            String::from_utf8_lossy(&recorded.stdout).trim_end(),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_recorded_is_named() {
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_event-loop"))
            .args(args)
            .output()
            .unwrap()
    };

    let missing = run(&["trace", "no-such-thing", "-o", "no-such-thing.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).starts_with("event-loop: no-such-thing: "));
    let unwritable = run(&["trace", "queues", "-o", "/no/such/folder/out.json"]);
    assert_eq!(unwritable.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unwritable.stderr).contains("/no/such/folder/out.json"));
}
