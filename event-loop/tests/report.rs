//! `event-loop trace` as a page or a drawing, as far as no browser is needed: what is in it, what is refused, what is left behind.

#[path = "support/node.rs"]
mod node;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use event_loop::{Report, mark, run_script, trace};
use node::node;
use serde_json::Value;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Without a limit of time, unless one is named.
fn record(folder: &Path, args: &[&str]) -> Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_event-loop"));
    tool.arg("trace").args(args).current_dir(folder);
    if !args.contains(&"--for") {
        tool.args(["--for", "0"]);
    }
    tool.output().unwrap()
}

/// The stories that a page holds.
fn data(page: &Path) -> Value {
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page
        .split_once(r#"<script type="application/json" id="data">"#)
        .unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

// What a step of a page holds, by its place in the row.
const SPAN: usize = 2;
const LINE: usize = 4;
const DOES: usize = 5;
const ABOUT: usize = 6;
const SCHEDULES: u64 = 2;
const PRINTS: u64 = 4;
// What a span of a page is.
const RESULT: u64 = 10;

fn rows<'a>(run: &'a Value, of: &str) -> &'a [Value] {
    run[of].as_array().unwrap()
}

/// The lines that a run printed.
fn texts(run: &Value) -> Vec<&str> {
    let steps = rows(run, "steps").iter();
    let prints = steps.filter(|step| step[DOES] == PRINTS);
    prints.map(|step| step[ABOUT].as_str().unwrap()).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn every_lesson_can_be_drawn_and_its_source_is_in_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let list = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .args(["tour", "--list"])
        .output()
        .unwrap();
    for line in String::from_utf8(list.stdout).unwrap().lines() {
        let lesson = line.split_whitespace().next().unwrap();
        if cfg!(not(unix)) && lesson == "ctrl-c" {
            continue;
        }
        let drawn = record(folder.path(), &[lesson, "-o", "out.svg"]);
        let paged = record(folder.path(), &[lesson, "-o", "out.html"]);
        for run in [&drawn, &paged] {
            assert!(run.status.success(), "{lesson}: {run:?}");
        }

        let data = data(&folder.path().join("out.html"));
        assert_eq!(
            texts(&data["runs"][0]).join("\n") + "\n",
            String::from_utf8(paged.stdout).unwrap(),
            "{lesson}"
        );
        let source = data["sources"][0]["text"].as_str().unwrap();
        let lesson_file = example(lesson).with_extension("rs");
        assert_eq!(source, std::fs::read_to_string(lesson_file).unwrap());
        let svg = std::fs::read_to_string(folder.path().join("out.svg")).unwrap();
        assert!(
            svg.ends_with("</svg>\n") && svg.len() < 200_000,
            "{lesson}: {}",
            svg.len()
        );
    }
}

#[test]
fn nothing_in_a_page_looks_like_the_end_of_its_data() {
    let hostile = "</script><!--\u{2028}\u{2029}{title}\"";
    let (_, recorded) = trace(|| run_script(move || mark(format_args!("{hostile}"))));
    let picture = Report::new(hostile, recorded).source("a.rs", hostile);
    let (mut page, mut svg) = (Vec::new(), Vec::new());

    picture.write_html(&mut page).unwrap();
    picture.write_svg(&mut svg).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, &page).unwrap();
    let data = data(&file);
    assert_eq!(texts(&data["runs"][0]), [hostile]);
    assert_eq!(data["sources"][0]["text"], hostile);
    let page = String::from_utf8(page).unwrap();
    let (_, json) = page.split_once("id=\"data\">").unwrap();
    assert!(!json.contains(['\u{2028}', '\u{2029}']));
    assert!(!String::from_utf8(svg).unwrap().contains("</script>"));
}

#[test]
fn a_drawing_with_control_characters_is_still_xml() {
    let controls = ('\0'..' ').chain(['\u{fffe}', '\u{ffff}', '\u{fffd}']);
    let hostile: String = controls.collect();
    let (_, recorded) = trace(|| {
        run_script({
            let hostile = hostile.clone();
            move || mark(format_args!("{hostile}"))
        })
    });
    let mut svg = Vec::new();

    Report::new(&hostile, recorded).write_svg(&mut svg).unwrap();

    // https://www.w3.org/TR/xml/#charsets
    let svg = String::from_utf8(svg).unwrap();
    let forbidden =
        |c: char| c < ' ' && !"\t\n\r".contains(c) || ('\u{fffe}'..='\u{ffff}').contains(&c);
    assert!(svg.contains('\u{fffd}'));
    assert_eq!(svg.find(forbidden), None);
}

#[test]
fn the_end_of_the_name_says_what_is_written_and_others_are_refused() {
    let folder = tempfile::tempdir().unwrap();

    for output in ["out.txt", "out", ".html", "html", "out.HTML", "-"] {
        let run = record(folder.path(), &["queues", "-o", output]);
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(
            (run.status.code(), run.stdout.len()),
            (Some(2), 0),
            "{output}"
        );
        assert!(
            text.contains("a recording ends in .html, .svg or .json"),
            "{text}"
        );
    }
    let both = record(
        folder.path(),
        &["queues", "-o", "out.json", "--beside", "x.mjs"],
    );

    assert_eq!(both.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&both.stderr).lines().count(), 1);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn a_node_that_is_not_there_is_named_before_anything_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("twin.mjs"), "").unwrap();
    let with = |node: &str| {
        Command::new(env!("CARGO_BIN_EXE_event-loop"))
            .args(["trace", "queues", "-o", "out.html", "--beside", "twin.mjs"])
            .current_dir(folder.path())
            .env("NODE", node)
            .output()
            .unwrap()
    };

    let missing = with("no-such-node");
    let other = with("true");

    let said = String::from_utf8_lossy(&missing.stderr);
    let said = said.strip_prefix("event-loop: twin.mjs under Node (no-such-node): ");
    assert_eq!(said.map(|said| said.lines().count()), Some(1));
    // Windows has no such program.
    let says = if cfg!(unix) {
        "it is no Node"
    } else {
        "program not found"
    };
    assert!(
        String::from_utf8_lossy(&other.stderr).contains(says),
        "{other:?}"
    );
    for run in [missing, other] {
        assert_eq!((run.status.code(), run.stdout.len()), (Some(1), 0));
    }
    assert_eq!(names(folder.path()), ["twin.mjs"]);
}

#[test]
fn the_same_phases_and_the_same_lines_in_nodes_own_events() {
    let Some((_, version)) = node() else { return };
    let folder = tempfile::tempdir().unwrap();
    let twin = example("phases.mjs");

    let run = record(
        folder.path(),
        &[
            "phases",
            "-o",
            "out.html",
            "--beside",
            twin.to_str().unwrap(),
        ],
    );

    assert!(run.status.success(), "{run:?}");
    let data = data(&folder.path().join("out.html"));
    let [ours, theirs] = [&data["runs"][0], &data["runs"][1]];
    assert_eq!(
        theirs["name"].as_str().unwrap(),
        version.replace('v', "Node ")
    );
    assert_eq!(texts(ours), texts(theirs));
    assert_eq!(data["agreed"], 10);
    // Node reads a file in several jobs, whose poll phases precede the one in which the callback runs.
    let phases = |run: &Value| {
        let kinds = rows(run, "spans").iter().map(|span| &span[0]);
        let mut phases: Vec<_> = kinds
            .filter_map(Value::as_u64)
            .filter(|kind| *kind < 5)
            .collect();
        phases.dedup();
        phases
    };
    assert_eq!(
        phases(ours),
        [0, 1, 2, 4, 2, 4],
        "main, poll, check, timers, check, timers"
    );
    assert_eq!(phases(theirs), phases(ours));
    // Every callback that prints has been asked for in a line of the program.
    let steps = rows(theirs, "steps");
    for step in steps.iter().filter(|step| step[DOES] == PRINTS) {
        let span = usize::try_from(step[SPAN].as_u64().unwrap()).unwrap();
        let first = rows(theirs, "spans")[span][1].as_u64().unwrap();
        let first = &steps[usize::try_from(first).unwrap()];
        assert!(first[ABOUT].is_u64(), "{step}");
        assert!(first[LINE].as_u64() > Some(0), "{step}");
    }
}

#[test]
fn a_program_that_fails_under_node_has_been_recorded_all_the_same() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "console.log('here');\nsetTimeout(() => { console.log('there'); process.exit(3); }, 1);\nsetTimeout(() => console.log('never'), 99);\n";
    std::fs::write(folder.path().join("fails.cjs"), program).unwrap();

    let run = record(
        folder.path(),
        &["queues", "-o", "out.html", "--beside", "fails.cjs"],
    );

    assert!(run.status.success(), "{run:?}");
    let theirs = &data(&folder.path().join("out.html"))["runs"][1];
    assert!(theirs["name"].as_str().unwrap().ends_with(", exit code 3"));
    assert_eq!(texts(theirs), ["here", "there"]);
}

#[test]
fn a_program_that_does_not_end_is_drawn_as_far_as_it_has_come() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "console.log(process.argv[2]);\nsetInterval(() => {}, 1);\n";
    std::fs::write(folder.path().join("endless.mjs"), program).unwrap();

    // A busy machine may not have come to the program after a second.
    let limits = ["1s", "8s", "64s"].into_iter();
    let mut pages = limits.filter_map(|limit| {
        let args = [
            "endless.mjs",
            "-o",
            "out.html",
            "--for",
            limit,
            "--",
            "given",
        ];
        let run = record(folder.path(), &args);
        let data = run
            .status
            .success()
            .then(|| data(&folder.path().join("out.html")))?;
        (texts(&data["runs"][0]) == ["given"]).then_some((limit, data))
    });

    let (limit, data) = pages.next().unwrap();
    let name = data["runs"][0]["name"].as_str().unwrap();
    assert!(name.ends_with(&format!(", ended after {limit}")), "{name}");
}

#[test]
fn timers_that_are_cleared_or_do_not_hold_the_loop_look_different() {
    let folder = tempfile::tempdir().unwrap();
    let of = |run: &Value| -> Vec<(u64, bool, bool)> {
        let waits = rows(run, "waits").iter();
        let timers = waits.filter(|wait| wait["kind"] == "Timer");
        let is = |wait: &Value, key: &str| wait[key].as_bool().unwrap();
        timers
            .map(|wait| {
                (
                    wait["ms"].as_u64().unwrap(),
                    is(wait, "cleared"),
                    is(wait, "refed"),
                )
            })
            .collect()
    };
    let expected = [
        (50_000, true, true),
        (60_000, false, false),
        (1, false, true),
    ];
    let text =
        "(program p check (timeout a 50000) (timeout b 60000) (unref b) (timeout c 1 (clear a)))";
    std::fs::write(folder.path().join("p.txt"), text).unwrap();
    let program = "const a = setTimeout(() => {}, 50_000);\nsetTimeout(() => {}, 60_000).unref();\nsetTimeout(() => { clearTimeout(a); setImmediate(() => setImmediate(() => {})); }, 1);\n";
    std::fs::write(folder.path().join("p.cjs"), program).unwrap();

    let ours = record(folder.path(), &["p.txt", "-o", "ours.html"]);

    assert!(ours.status.success(), "{ours:?}");
    // The end of a program clears what is left.
    let told = of(&data(&folder.path().join("ours.html"))["runs"][0]);
    assert_eq!(
        told,
        [
            (50_000, true, true),
            (60_000, true, false),
            (1, false, true)
        ]
    );
    if node().is_some() {
        let theirs = record(folder.path(), &["p.cjs", "-o", "theirs.html"]);
        assert!(theirs.status.success(), "{theirs:?}");
        let told = of(&data(&folder.path().join("theirs.html"))["runs"][0]);
        assert_eq!(told, expected);
    }
}

#[test]
fn a_cause_that_node_does_not_tell_is_not_drawn() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The job that calls `then` belongs to the promise of the first line, but is due to the timer.
    let program = "const p = new Promise((resolve) => {\n  setTimeout(() => resolve({ then() { console.log('then'); } }), 1);\n});\nPromise.resolve().then(() => console.log('known'));\n";
    std::fs::write(folder.path().join("p.cjs"), program).unwrap();

    let run = record(folder.path(), &["p.cjs", "-o", "out.html"]);

    assert!(run.status.success(), "{run:?}");
    let theirs = &data(&folder.path().join("out.html"))["runs"][0];
    let cause = |text: &str| {
        let steps = rows(theirs, "steps");
        let prints = steps.iter().find(|step| step[ABOUT] == text).unwrap();
        let span = usize::try_from(prints[SPAN].as_u64().unwrap()).unwrap();
        let first = rows(theirs, "spans")[span][1].as_u64().unwrap();
        let runs = &steps[usize::try_from(first).unwrap()];
        runs[ABOUT].as_u64()
    };
    assert!(cause("known").is_some());
    assert_eq!(cause("then"), None);
}

#[test]
fn a_run_under_node_can_be_written_for_perfetto() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("p.mjs"),
        "setImmediate(() => console.log('here'));\n",
    )
    .unwrap();

    let run = record(folder.path(), &["p.mjs", "-o", "out.json"]);

    assert!(run.status.success(), "{run:?}");
    let json = std::fs::read(folder.path().join("out.json")).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    let events = rows(&json, "traceEvents");
    let immediate = events
        .iter()
        .find(|event| event["name"] == "immediate")
        .unwrap();
    assert_eq!(
        immediate["args"],
        serde_json::json!({ "file": "p.mjs", "line": 1 })
    );
    assert!(events.iter().any(|event| event["name"] == "here"));
}

#[test]
fn a_program_that_prepares_its_own_stacks_runs_as_without_a_recording() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "Error.prepareStackTrace = () => undefined;\nconsole.log('here', new Error().stack);\nsetTimeout(() => console.log('there'), 1);\n";
    std::fs::write(folder.path().join("own.cjs"), program).unwrap();

    let run = record(
        folder.path(),
        &["queues", "-o", "out.html", "--beside", "own.cjs"],
    );

    assert!(run.status.success(), "{run:?}");
    let theirs = &data(&folder.path().join("out.html"))["runs"][1];
    assert_eq!(texts(theirs), ["here undefined", "there"]);
    assert!(!theirs["name"].as_str().unwrap().contains("exit code"));
}

#[test]
fn the_end_of_a_program_is_in_a_line_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "(program p check)\n(program q check)\n";
    std::fs::write(folder.path().join("two.txt"), text).unwrap();

    let run = record(folder.path(), &["two.txt", "-o", "out.html"]);

    assert!(run.status.success(), "{run:?}");
    let ours = &data(&folder.path().join("out.html"))["runs"][0];
    assert_eq!(
        texts(ours),
        ["== p check", "-- end", "== q check", "-- end"]
    );
    assert_eq!(
        ours["files"].as_array().unwrap().len(),
        1,
        "{}",
        ours["files"]
    );
}

#[test]
fn programs_that_cannot_be_read_leave_the_page_that_was_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong.txt"), "(program p check (log").unwrap();
    std::fs::write(folder.path().join("old.html"), "old").unwrap();

    let run = record(folder.path(), &["wrong.txt", "-o", "old.html"]);

    assert_eq!((run.status.code(), run.stdout.len()), (Some(1), 0));
    let stderr = String::from_utf8_lossy(&run.stderr);
    assert!(stderr.starts_with("event-loop: wrong.txt:1: "), "{stderr}");
    let kept = std::fs::read_to_string(folder.path().join("old.html")).unwrap();
    assert_eq!(kept, "old");
}

#[test]
fn the_drawings_of_the_readme_are_those_of_today() {
    let Some((_, version)) = node() else { return };
    if !version.starts_with("v24.") {
        return eprintln!("skipped: the drawings show Node 24, not {version}");
    }
    let folder = tempfile::tempdir().unwrap();
    for (lesson, twin) in [("notes-order", "notes-order.mjs"), ("phases", "phases.mjs")] {
        let (program, drawing) = (example(twin), format!("{lesson}.svg"));
        let kept = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("pictures")
            .join(&drawing);
        let kept = std::fs::read(kept).unwrap_or_default();
        let args = [
            lesson,
            "-o",
            &drawing,
            "--beside",
            program.to_str().unwrap(),
        ];
        // The order is certain. The timer of notes-order is due in the next iteration, or, if the machine takes a millisecond for what comes
        // before, in this one: then it is asked again.
        let is_current = (0..5).any(|_| {
            let run = record(folder.path(), &args);
            assert!(run.status.success(), "{run:?}");
            std::fs::read(folder.path().join(&drawing)).unwrap() == kept
        });
        assert!(
            is_current,
            "out of date; in the folder of the crate: cargo run -- trace {lesson} -o pictures/{drawing} --beside examples/{twin}"
        );
    }
}

/// What a program of these files does under Node, the first of them run; nothing without a Node.
fn traced(files: &[(&str, &str)]) -> Option<Value> {
    node()?;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let run = record(folder.path(), &[files[0].0, "-o", "out.html"]);
    assert!(run.status.success(), "{run:?}");
    Some(data(&folder.path().join("out.html")))
}

/// The step that prints this, as `a.mjs:1`, and the one that led to its callback.
fn places(run: &Value, text: &str) -> (String, Option<String>) {
    let steps = rows(run, "steps");
    let place = |step: &Value| {
        let file = usize::try_from(step[LINE - 1].as_u64()?).unwrap();
        Some(format!("{}:{}", run["files"][file].as_str()?, step[LINE]))
    };
    let prints = steps.iter().find(|step| step[ABOUT] == text).unwrap();
    let span = usize::try_from(prints[SPAN].as_u64().unwrap()).unwrap();
    let first = usize::try_from(rows(run, "spans")[span][1].as_u64().unwrap()).unwrap();
    let cause = steps[first][ABOUT].as_u64();
    let cause = cause.and_then(|cause| place(&steps[usize::try_from(cause).unwrap()]));
    (place(prints).unwrap_or_default(), cause)
}

/// The phases of a run, in order; 0 to 4 are main, poll, check, close, timers.
fn phases_of(run: &Value) -> Vec<u64> {
    let kinds = rows(run, "spans").iter().map(|span| &span[0]);
    kinds
        .filter_map(Value::as_u64)
        .filter(|kind| *kind < 5)
        .collect()
}

/// The kinds of what was scheduled, and of all spans.
fn kinds(run: &Value) -> (Vec<u64>, Vec<u64>) {
    let steps = rows(run, "steps").iter();
    let scheduled = steps.filter(|step| step[DOES] == SCHEDULES);
    let spans = rows(run, "spans").iter();
    (
        scheduled.filter_map(|step| step[ABOUT].as_u64()).collect(),
        spans.filter_map(|span| span[0].as_u64()).collect(),
    )
}

#[test]
fn a_script_without_an_ending_is_given_to_node_with_our_stdin_and_stdout() {
    if node().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = "#!/usr/bin/env node\nprocess.stdin.on('data', (text) => { process.stdout.write(text); process.exitCode = 3; });\n";
    std::fs::write(folder.path().join("script"), program).unwrap();
    std::fs::write(folder.path().join("input"), "given\n").unwrap();

    let run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .args(["trace", "script", "-o", "out.html"])
        .current_dir(folder.path())
        .stdin(std::fs::File::open(folder.path().join("input")).unwrap())
        .output()
        .unwrap();

    assert!(run.status.success(), "{run:?}");
    assert_eq!(String::from_utf8_lossy(&run.stdout), "given\n");
    let stderr = String::from_utf8_lossy(&run.stderr);
    // A busy machine may be told first that it is recorded still.
    let end = "event-loop: script: exit code 3";
    assert!(stderr.lines().any(|line| line == end), "{stderr}");
}

#[test]
fn all_files_of_a_program_are_followed() {
    let Some(data) = traced(&[
        (
            "a.mjs",
            "import { later } from './b.mjs';\nlater(() => console.log('from a'));\n",
        ),
        (
            "b.mjs",
            "setTimeout(() => console.log('deep'), 1);\n\nexport function later(f) {\n  setImmediate(f);\n}\n",
        ),
    ]) else {
        return;
    };

    let run = &data["runs"][0];
    let at = |place: &str, cause: &str| (place.to_owned(), Some(cause.to_owned()));
    assert_eq!(places(run, "deep"), at("b.mjs:1", "b.mjs:1"));
    assert_eq!(places(run, "from a"), at("a.mjs:2", "b.mjs:4"));
    let sources = rows(&data, "sources").iter();
    let shown: Vec<_> = sources
        .map(|source| source["name"].as_str().unwrap())
        .collect();
    assert_eq!(shown, ["b.mjs", "a.mjs"]);
}

#[test]
fn a_handle_that_is_closed_calls_back_in_the_close_phase() {
    let program = "require('net').createServer(function (c) {\n  this.close();\n  c.on('close', () => console.log('closed'));\n  c.destroy();\n  setImmediate(() => console.log('immediate'));\n  setTimeout(() => console.log('timer'), 1);\n}).listen(0, function () { require('net').connect(this.address().port).unref(); });\n";
    let alone = program.replace("setImmediate(() => console.log('immediate'))", "");
    let (Some(with_check), Some(alone)) = (
        traced(&[("net.cjs", program)]),
        traced(&[("alone.cjs", &alone)]),
    ) else {
        return;
    };

    for data in [&with_check, &alone] {
        let run = &data["runs"][0];
        let steps = rows(run, "steps");
        let prints = steps.iter().find(|step| step[ABOUT] == "closed").unwrap();
        let spans = rows(run, "spans");
        let mut span = prints[SPAN].as_u64();
        let mut phase = None;
        while let Some(inner) = span {
            let one = &spans[usize::try_from(inner).unwrap()];
            (phase, span) = (one[0].as_u64(), one[4].as_u64());
        }
        assert_eq!(phase, Some(3), "{:?}", phases_of(run));
    }
}

/// `http.get` by way of an agent, then `fetch`, twice each over a connection that is kept.
#[test]
fn a_connection_that_is_kept_calls_back_for_the_request_of_then() {
    let program = r#"import http from 'node:http';
let connections = 0;
const server = http.createServer((request, response) => response.end(request.url));
server.on('connection', () => { connections += 1; }).listen(0, async () => {
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  await new Promise((done) => {
    http.get({ port, agent, path: '/a' }, (response) => { console.log('a'); response.resume(); });
    http.get({ port, agent, path: '/b' }, (response) => { console.log('b'); response.resume().on('end', done); });
  });
  agent.destroy();
  await (await fetch(`http://localhost:${port}/c`)).text();
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  await (await fetch(`http://localhost:${port}/d`)).text();
  console.log(connections, 'connections');
  server.close();
  server.closeAllConnections();
});
"#;
    let Some(data) = traced(&[("kept.mjs", program)]) else {
        return;
    };

    let run = &data["runs"][0];
    assert_eq!(texts(run), ["a", "b", "2 connections"]);
    assert_eq!(places(run, "b").1.as_deref(), Some("kept.mjs:9"));
    let spans = rows(run, "spans").iter();
    let results = spans.filter(|span| span[0] == RESULT);
    let lines = results.filter_map(|span| {
        let first = usize::try_from(span[1].as_u64()?).unwrap();
        rows(run, "steps")[first][LINE].as_u64()
    });
    let lines: Vec<_> = lines.collect();
    assert!(lines.contains(&14), "{lines:?}");
}

#[test]
fn what_is_called_in_a_context_of_its_own_is_no_callback() {
    let main = "console.log('a');\nrequire('async_hooks').AsyncResource.bind(() => console.log('b'))();\nconsole.log('c');\n";
    let callback = "const { AsyncLocalStorage } = require('async_hooks');\nconst { EventEmitterAsyncResource } = require('events');\nsetTimeout(() => {\n  AsyncLocalStorage.bind(() => console.log('bound'))();\n  const e = new EventEmitterAsyncResource({ name: 'E' });\n  e.on('x', () => console.log('emitted'));\n  e.emit('x');\n}, 1);\n";
    let (Some(main), Some(callback)) = (
        traced(&[("main.cjs", main)]),
        traced(&[("callback.cjs", callback)]),
    ) else {
        return;
    };

    assert_eq!(texts(&main["runs"][0]), ["a", "b", "c"]);
    assert_eq!(kinds(&main["runs"][0]), (vec![], vec![0]));
    assert_eq!(texts(&callback["runs"][0]), ["bound", "emitted"]);
    assert_eq!(kinds(&callback["runs"][0]), (vec![9], vec![0, 4, 9]));
}

#[test]
fn printing_asks_for_nothing_and_is_shown_line_by_line() {
    let program = "setTimeout(() => {\n  console.error('wrong');\n  process.stdout.write('in ');\n  process.stdout.write('parts\\n');\n  process.stdout.write('rest');\n}, 1);\n";
    let Some(data) = traced(&[("prints.cjs", program)]) else {
        return;
    };

    let run = &data["runs"][0];
    assert_eq!(texts(run), ["wrong", "in parts", "rest"]);
    assert_eq!(places(run, "in parts").0, "prints.cjs:3");
    assert_eq!(kinds(run).0, [9]);
}

#[test]
fn a_program_may_freeze_its_errors_and_leave_a_child() {
    let program = "Object.freeze(Error);\nconsole.log('here', process.execArgv.length);\nsetTimeout(() => console.log('there'), 1);\n";
    let Some(data) = traced(&[("frozen.cjs", program)]) else {
        return;
    };

    let run = &data["runs"][0];
    assert_eq!(texts(run), ["here 0", "there"]);
    assert_eq!(places(run, "there").0, "frozen.cjs:3");
}

#[test]
fn a_timer_is_drawn_as_it_ends() {
    let program = "const t = setTimeout(() => {}, 2);\nt.unref();\nt.ref();\nlet beats = 0;\nconst i = setInterval(() => {\n  beats += 1;\n  if (beats === 2) setTimeout(() => { clearInterval(i); console.log('cleared'); }, 1);\n}, 3);\nconst r = setTimeout(() => {}, 4);\nr.refresh();\n";
    let Some(data) = traced(&[("timers.cjs", program)]) else {
        return;
    };

    let run = &data["runs"][0];
    let waits = rows(run, "waits").iter();
    let of = |ms: u64| {
        let one = waits.clone().filter(move |wait| wait["ms"] == ms);
        one.collect::<Vec<_>>()
    };
    assert_eq!(of(2)[0]["refed"], true);
    let interval = of(3);
    assert_eq!(
        (interval.len(), &interval[0]["cleared"]),
        (1, &Value::Bool(true))
    );
    let last = usize::try_from(interval[0]["last"].as_u64().unwrap()).unwrap();
    assert_eq!(rows(run, "steps")[last + 1][ABOUT], "cleared");
    let refreshed = of(4);
    assert_eq!(refreshed.len(), 2);
    assert!(
        refreshed
            .iter()
            .all(|wait| wait["cleared"] == false && wait["last"].is_u64())
    );
}

#[test]
fn why_a_program_fails_is_in_the_page() {
    let (Some(thrown), Some(wrong), Some(wrong_module)) = (
        traced(&[(
            "throws.mjs",
            "setTimeout(() => {\n  throw new Error('boom');\n}, 1);\n",
        )]),
        traced(&[("wrong.cjs", "let a = ;\n")]),
        traced(&[("wrong.mjs", "let a = ;\n")]),
    ) else {
        return;
    };

    let run = &thrown["runs"][0];
    assert_eq!(texts(run), ["Uncaught Error: boom"]);
    assert_eq!(places(run, "Uncaught Error: boom").0, "throws.mjs:2");
    for (data, name) in [(wrong, "wrong.cjs"), (wrong_module, "wrong.mjs")] {
        let run = &data["runs"][0];
        assert!(texts(run)[0].contains("SyntaxError"), "{run}");
        assert_eq!(run["files"][0], name);
    }
}
