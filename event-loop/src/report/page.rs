//! The page: one file, with the runs as JSON inside.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::align::order;
use super::{Report, Source};
use crate::trace::{Line, Span, Step, StepKind, THEMES, Trace, Wait, WaitKind};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Report {
    /// Writes the picture as a page that needs nothing else: one steps through it in a browser.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_html(&self, out: &mut impl Write) -> io::Result<()> {
        let (title, data) = (as_text(&self.title), as_data(&self.data()));
        // What is put in is not looked at again: a title may contain `{data}`.
        let mut rest = PAGE;
        for (name, text) in [
            ("{title}", title.as_str()),
            ("{style}", STYLE),
            ("{data}", &data),
            ("{script}", SCRIPT),
        ] {
            let (before, after) = rest.split_once(name).expect("the page has a place for it");
            write!(out, "{before}{text}")?;
            rest = after;
        }
        write!(out, "{rest}")
    }

    fn data(&self) -> Value {
        let order = order(&self.runs);
        let runs = self.runs.iter().zip(&order.columns);
        let runs = runs.map(|(run, columns)| run_as_json(run, columns, &self.sources));
        json!({
            "title": self.title,
            "agreed": order.agreed,
            "looks": THEMES,
            "sources": self.sources,
            "runs": runs.collect::<Vec<_>>(),
        })
    }
}

/// A text between tags, in HTML or XML. What XML cannot hold, not even escaped, is shown as the sign for what cannot be shown.
pub fn as_text(text: &str) -> String {
    let is_no_xml = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    let text = text.replace(is_no_xml, "\u{fffd}");
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// JSON inside of a `<script>`: nothing in it may look like the end of that, or of a line.
fn as_data(json: &Value) -> String {
    let json = json.to_string().replace('<', "\\u003c");
    json.replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// A run in rows of numbers: a hundred thousand objects would be five times as long. -1 stands for nothing, a line is a file and its number.
fn run_as_json(run: &Trace, columns: &[usize], sources: &[Source]) -> Value {
    let files = run.files.iter().map(|file| {
        let source = sources.iter().position(|source| source.is(file));
        json!({ "name": file, "source": or_none(source) })
    });
    let steps = run.steps.iter().zip(columns);
    json!({
        "name": run.name,
        "isOurs": run.is_ours,
        "files": files.collect::<Vec<_>>(),
        "steps": steps.map(|(step, column)| step_as_json(step, *column)).collect::<Vec<_>>(),
        "spans": run.spans.iter().map(span_as_json).collect::<Vec<_>>(),
        "waits": run.waits.iter().map(wait_as_json).collect::<Vec<_>>(),
    })
}

/// Its place on the axis, when it was, its span, what it does, and what belongs to that.
fn step_as_json(step: &Step, column: usize) -> Value {
    let (does, about, gone) = match &step.does {
        StepKind::Enters => (0, json!(-1), None),
        StepKind::Runs { cause } => (1, or_none(*cause), None),
        StepKind::Schedules { kind, gone } => (2, json!(*kind as usize), *gone),
        StepKind::Wakes { gone } => (3, json!(-1), *gone),
        StepKind::Prints(text) => (4, json!(text), None),
    };
    let [file, line] = place(step.line);
    let (at, span, gone) = (step.at / 1000, or_none(step.span), or_none(gone));
    json!([column, at, span, file, line, does, about, gone])
}

fn span_as_json(span: &Span) -> Value {
    let (kind, turn) = (span.kind as usize, u8::from(span.begins_turn));
    let (until, parent) = (span.until / 1000, or_none(span.parent));
    json!([kind, span.first, span.last, until, parent, turn])
}

fn wait_as_json(wait: &Wait) -> Value {
    let (is_job, ms, cleared, refed) = match wait.kind {
        WaitKind::Job => (true, 0, false, true),
        WaitKind::Timer { ms, cleared, refed } => (false, ms, cleared, refed),
    };
    let [file, line] = place(wait.line);
    json!({
        "isJob": is_job, "row": wait.row, "first": wait.first, "last": wait.last,
        "from": wait.from / 1000, "until": wait.until / 1000, "file": file, "line": line,
        "ms": ms, "cleared": cleared, "refed": refed, "asked": or_none(wait.asked),
    })
}

fn place(line: Option<Line>) -> [Value; 2] {
    let file = or_none(line.map(|line| line.file));
    [file, json!(line.map_or(0, |line| line.number))]
}

fn or_none(number: Option<usize>) -> Value {
    number.map_or(json!(-1), |number| json!(number))
}
