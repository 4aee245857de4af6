//! The page of a recording in a real browser: it opens from a file, asks nobody for anything, and is stepped through with the keys.

// The browser is ended through its process group.
#![cfg(unix)]

#[path = "support/browser.rs"]
mod browser;
#[path = "support/node.rs"]
mod node;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use browser::Browser;
use serde_json::json;

const DESK: (u32, u32) = (1400, 900);

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Records into a folder and gives the page.
fn page(folder: &Path, args: &[&str]) -> PathBuf {
    let page = folder.join("page.html");
    let run = Command::new(env!("CARGO_BIN_EXE_event-loop"))
        .arg("trace")
        .args(args)
        .arg("-o")
        .arg(&page)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(run.status.success(), "{run:?}");
    page
}

/// A page of programs of the replay language.
fn programs(folder: &Path, text: &str) -> PathBuf {
    std::fs::write(folder.join("programs.txt"), text).unwrap();
    page(folder, &["programs.txt"])
}

#[test]
fn it_opens_from_a_file_without_a_complaint_and_without_a_request() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["phases"]);

    for screen in [DESK, (800, 900), (360, 740)] {
        browser.open(&page, screen);
        for key in ["ArrowRight", "]", "w", "b", "t", "f", "+", "End"] {
            browser.key(key);
        }
        let too_wide = browser.eval("document.documentElement.scrollWidth > innerWidth");

        assert_eq!(browser.complaints(), [""; 0], "{screen:?}");
        assert_eq!(too_wide, false, "{screen:?}");
    }
}

#[test]
fn stepping_from_line_to_line_tells_the_golden_order() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (lesson, golden_file) in [
        ("notes-order", "notes-order.out"),
        ("phases", "phases.out"),
        ("queues", "queues.out"),
    ] {
        let page = page(folder.path(), &[lesson]);
        let expected = std::fs::read_to_string(example(golden_file)).unwrap();
        browser.open(&page, DESK);

        let mut told = Vec::new();
        for _ in expected.lines() {
            browser.key("]");
            told.push(browser.eval("document.querySelector('.printed .lit').textContent"));
            // The lesson prints its text in the line that is lit.
            let lit = browser.text(".source .lit");
            let text = told.last().unwrap().as_str().unwrap().trim();
            assert!(lit.contains(text), "{text:?} in {lit:?}");
        }

        let expected: Vec<_> = expected.lines().map(|line| json!(line)).collect();
        assert_eq!(told, expected, "{lesson}");
    }
}

#[test]
fn why_leads_to_the_line_that_scheduled_it_and_back() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["phases"]);
    browser.open(&page, DESK);
    let step = |browser: &mut Browser| {
        browser
            .eval("Number(document.body.dataset.step)")
            .as_i64()
            .unwrap()
    };

    for _ in 0..4 {
        browser.key("]");
    }
    let micro = step(&mut browser);
    assert!(browser.text(".now").contains("micro after immediate 1"));
    browser.key("w");
    let cause = step(&mut browser);
    let (now, line) = (browser.text(".now"), browser.text(".source .lit"));
    browser.key("r");
    let run = step(&mut browser);
    browser.key("b");
    browser.key("b");

    assert!(now.contains("Microtask is scheduled"), "{now}");
    assert!(
        line.contains(r#"queue_microtask(|| println!("  micro after immediate 1"))"#),
        "{line}"
    );
    assert!(cause < run && run < micro, "{cause} {run} {micro}");
    assert_eq!(step(&mut browser), micro);
}

#[test]
fn each_timer_of_a_line_knows_for_how_long_it_was_set() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let text = "(program p check (timeout a 30) (timeout b 10) (interval c 20 2))";
    let page = programs(folder.path(), text);
    browser.open(&page, DESK);

    for (line, ms) in [("b", 10), ("c#1", 20), ("a", 30), ("c#2", 20)] {
        browser.eval(&format!(
            "go(0, runs[0].prints.find((i) => runs[0].texts[runs[0].steps.arg[i]] === '{line}'))"
        ));
        browser.until(&format!(
            "document.querySelector('.now').innerText.includes('Prints: {line}')"
        ));

        let why = browser.text(".why");

        assert!(why.contains(&format!("set for {ms} ms.")), "{line}: {why}");
    }
}

#[test]
fn why_does_not_say_of_async_code_what_nobody_knows() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = programs(folder.path(), "(program p check (hops a 2))");
    browser.open(&page, DESK);

    let tasks = "[...runs[0].spans.kind.keys()].filter((span) => runs[0].spans.kind[span] === TASK).map((span) => runs[0].why(runs[0].spans.first[span]))";
    let why = browser.eval(tasks);
    let unknown = browser.eval("runs[0].rule(TASK, 0, -1)");

    let [starts, goes_on @ ..] = why.as_array().unwrap().as_slice() else {
        panic!("{why}")
    };
    assert!(starts.as_str().unwrap().contains("It starts"), "{why}");
    assert_eq!(goes_on.len(), 2);
    for one in goes_on {
        assert!(one.as_str().unwrap().contains("it goes on"), "{why}");
    }
    assert_eq!(unknown, "What led to it is not known.");
}

#[test]
fn keys_buttons_scrubber_and_play_all_step() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["queues"]);
    browser.open(&page, DESK);
    let last = browser.eval("runs[0].length - 1");
    let step = |browser: &mut Browser| browser.eval("document.body.dataset.step");

    browser.key("ArrowRight");
    browser.key("ArrowRight");
    browser.key("ArrowLeft");
    assert_eq!(step(&mut browser), "1");
    browser.key("End");
    assert_eq!(step(&mut browser), last.to_string());
    browser.key("ArrowRight");
    assert_eq!(step(&mut browser), last.to_string());
    browser.key("Home");
    browser.eval("document.getElementById('next').click()");
    browser.until("document.body.dataset.step === '1'");
    browser.eval("{ const s = document.getElementById('scrubber'); s.value = 7; s.dispatchEvent(new Event('input')); }");
    browser.until("document.body.dataset.step === '7'");
    browser.eval("document.getElementById('speed').value = '100'");
    browser.key(" ");
    browser.until(&format!(
        "document.body.dataset.step === '{last}' && !state.playing"
    ));
    // What is on the canvas at the beginning of the phases row is a step, too.
    browser.eval("pick(layout.gutter + 1 - state.left * state.width, layout.lanes[0].rows[0].y)");
    browser.until("document.body.dataset.step === '0'");
}

#[test]
fn keys_that_do_nothing_here_are_left_to_the_browser() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["queues"]);
    browser.open(&page, DESK);
    let is_taken = |browser: &mut Browser, at: &str, key: &str| {
        browser.eval(&format!(
            "!{at}.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
        ))
    };

    for key in ["ArrowUp", "ArrowDown", "PageUp", "PageDown"] {
        assert_eq!(is_taken(&mut browser, "document.body", key), false, "{key}");
    }
    for key in ["ArrowUp", "ArrowRight", "PageDown", "Home", "End"] {
        let scrubber = "document.getElementById('scrubber')";
        assert_eq!(is_taken(&mut browser, scrubber, key), false, "{key}");
    }
    assert_eq!(is_taken(&mut browser, "document.body", "ArrowRight"), true);
}

#[test]
fn a_phone_can_zoom_and_what_is_to_come_can_be_read() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["queues"]);
    browser.open(&page, (360, 740));

    let hidden = browser.eval(
        "['closer', 'farther', 'fit'].filter((id) => $(id).getBoundingClientRect().width === 0).length",
    );
    // https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    let contrast = browser.eval(
        "(() => {
            const light = (colour) => {
                const parts = colour.match(/[0-9]+/g).slice(0, 3).map((part) => part / 255);
                const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
            };
            const style = getComputedStyle(document.querySelector('.lines > .future'));
            const paper = getComputedStyle(document.querySelector('.printed'));
            return style.opacity * light(paper.backgroundColor) / light(style.color);
        })()",
    );

    assert_eq!(hidden, 0);
    assert!(contrast.as_f64().unwrap() >= 4.5, "{contrast}");
}

/// In a lesson that starts async code inside of async code, and in one that prints long lines to its end.
#[test]
fn no_name_is_written_over_another_or_cut_at_the_edge() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let notes = "const drawn = [];
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (text, left, y, most = Infinity) {
            drawn.push({ text, y, left, right: left + Math.min(this.measureText(text).width, most) });
            fillText.call(this, text, left, y, most);
        };";
    let notes = json!({ "source": notes });
    let notes = browser.call("Page.addScriptToEvaluateOnNewDocument", &notes);
    for (lesson, screen) in [
        ("in-flight", DESK),
        ("timer-lists", DESK),
        ("timer-lists", (390, 844)),
    ] {
        let page = page(folder.path(), &[lesson]);
        browser.open(&page, screen);
        browser.eval("drawn.length = 0");
        browser.key("ArrowRight");

        let wrong = browser.eval(
            "drawn.filter(({ right }) => right > canvas.clientWidth)
                .concat(drawn.filter((one, at) => drawn.slice(at + 1).some((other) =>
                    // The same once more is another frame.
                    (other.text !== one.text || other.left !== one.left) && Math.abs(one.y - other.y) < 6 && one.left < other.right && other.left < one.right)))
                .map(({ text }) => text)",
        );

        assert_eq!(wrong, json!([]), "{lesson} {screen:?}");
    }
    browser.call("Page.removeScriptToEvaluateOnNewDocument", &notes);
}

#[test]
fn it_speaks_to_those_who_do_not_see_it() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["phases"]);
    browser.open(&page, DESK);

    browser.key("]");

    let status = browser.text("[role=status][aria-live=polite]");
    assert!(
        status.contains("prints: poll: file read") && status.contains("poll phase"),
        "{status}"
    );
    let silent = browser.eval(
        "[...document.querySelectorAll('button, select, input, canvas')].filter((one) => \
         !(one.getAttribute('aria-label') || one.textContent || one.closest('label'))).length",
    );
    assert_eq!(silent, 0);
    browser.eval("document.querySelector('details').open = true");
    browser.until("document.querySelectorAll('#steps > div').length === runs[0].length");
    assert!(
        browser
            .text("#steps .lit")
            .contains("prints: poll: file read")
    );
}

#[test]
fn labels_that_look_like_html_are_text() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(100_000);
    let labels = [
        "</script><script>window.broken=1</script>",
        "<img/src=x/onerror=window.broken=1>",
        "\"'`&amp{data}{title}",
        "\u{202e}a",
        &long,
    ];
    let nodes: Vec<_> = labels
        .iter()
        .map(|label| format!("(tick {label})"))
        .collect();
    let page = programs(
        folder.path(),
        &format!("(program </script><b> check {})", nodes.join("\n")),
    );
    browser.open(&page, DESK);

    browser.key("End");

    let told = browser.eval("runs[0].texts");
    assert_eq!(
        told.as_array().unwrap()[1..=labels.len()],
        labels.map(|label| json!(label))
    );
    assert_eq!(
        browser.eval("window.broken ?? document.querySelectorAll('img, b:not(.queue b)').length"),
        0
    );
    assert!(browser.text(".printed").contains(labels[0]));
    assert!(browser.text(".source").contains(labels[1]));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn many_events_open_in_seconds_and_step_at_once() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // A hundred thousand with SOAK=1.
    let is_long = std::env::var_os("SOAK").is_some_and(|value| value == "1");
    let count = if is_long { 12_000 } else { 600 };
    let nodes: Vec<_> = (0..count)
        .map(|n| format!("(immediate i{n} (tick t{n}) (micro m{n}))"))
        .collect();
    let page = programs(
        folder.path(),
        &format!("(program big timer\n{})", nodes.join("\n")),
    );

    let begin = Instant::now();
    browser.open(&page, DESK);
    let opened = begin.elapsed();
    for key in ["End", "w", "]", "f"] {
        browser.key(key);
    }
    let whole = time_of_a_step(&mut browser, "(runs[0].length >> 1) + i");
    let jump = time_of_a_step(&mut browser, "(i * 102947) % runs[0].length");
    browser.eval("zoom(1e6)");
    let step = time_of_a_step(&mut browser, "(runs[0].length >> 1) + i");

    let steps = browser.eval("runs[0].length").as_u64().unwrap();
    eprintln!(
        "{steps} steps: open after {opened:?}; a step {step:?}, with all in sight {whole:?}, a jump {jump:?}"
    );
    assert!(steps > 8 * count, "{steps}");
    // A tenth of it is usual; what is looked for is work that grows with the run.
    assert!(opened < Duration::from_secs(30), "{opened:?}");
    assert!(step < Duration::from_millis(250), "{step:?}");
    assert!(whole < Duration::from_secs(1), "{whole:?}");
    assert!(jump < Duration::from_secs(2), "{jump:?}");
    assert_eq!(browser.complaints(), [""; 0]);
}

/// What the page itself needs to show a step, so that a busy machine does not count; the median, for the same reason.
fn time_of_a_step(browser: &mut Browser, step: &str) -> Duration {
    let time = browser.eval(&format!(
        "(() => {{
            const times = [];
            for (let i = 0; i < 11; i += 1) {{
                state.step = {step};
                const begin = performance.now();
                show();
                times.push(performance.now() - begin);
            }}
            return times.sort((a, b) => a - b)[5];
        }})()"
    ));
    Duration::from_secs_f64(time.as_f64().unwrap() / 1000.0)
}

#[test]
fn it_follows_the_light_the_motion_and_the_paper() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &["phases"]);
    browser.open(&page, DESK);
    let pixel = |browser: &mut Browser| {
        // In the band of the ticks' row, before the first step.
        browser.eval("draw(); [...pen.getImageData(canvas.width - 3, Math.round((layout.lanes[0].rows[2].y + 4) * devicePixelRatio), 1, 1).data].join()")
    };
    let light = pixel(&mut browser);
    assert_eq!(light, "236,236,231,255", "--band");

    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.call("Emulation.setEmulatedMedia", &dark);
    let night = pixel(&mut browser);
    browser.call("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    let controls = browser.eval("getComputedStyle(document.querySelector('.controls')).display");
    let printed = browser.call("Page.printToPDF", &json!({}));

    assert_eq!(night, "38,38,36,255", "--band of the dark");
    assert_eq!(controls, "none");
    assert!(printed["data"].as_str().unwrap().len() > 10_000);
    let moves = browser.eval("[...document.querySelectorAll('*')].some((one) => { const s = getComputedStyle(one); return s.transitionDuration !== '0s' || s.animationName !== 'none'; })");
    assert_eq!(moves, false, "nothing moves by itself");
}

#[test]
fn both_runs_stand_at_the_same_line_beside_each_other() {
    if node::node().is_none() {
        return;
    }
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let twin = example("phases.mjs");
    let page = page(
        folder.path(),
        &["phases", "--beside", twin.to_str().unwrap()],
    );
    browser.open(&page, DESK);

    for _ in 0..6 {
        browser.key("]");
        let lit = browser
            .eval("[...document.querySelectorAll('.printed .lit')].map((one) => one.textContent)");
        assert_eq!(lit[0], lit[1]);
        let lines = browser
            .eval("[...document.querySelectorAll('.source .lit')].map((one) => one.textContent)");
        let text = lit[0].as_str().unwrap().trim();
        assert!(
            lines
                .as_array()
                .unwrap()
                .iter()
                .all(|line| line.as_str().unwrap().contains(text)),
            "{lines}"
        );
    }
    browser.key("ArrowDown");
    browser.key("w");

    assert_eq!(browser.eval("document.body.dataset.run"), "1");
    let cause = browser.text(".run.active .source .lit");
    assert!(cause.contains("setTimeout(() => {"), "{cause}");
    assert!(
        browser
            .text(".verdict")
            .contains("same 10 lines, same order")
    );
    assert_eq!(browser.complaints(), [""; 0]);
}
