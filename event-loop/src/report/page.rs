//! The page: one file, with the runs as JSON inside.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::align::order;
use crate::trace::{Step, StepKind, THEMES, Trace};

impl Report {
    /// Writes the picture as a page that needs nothing else: one steps through it in a browser.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_html(&self, out: &mut impl Write) -> io::Result<()> {
        write!(
            out,
            include_str!("page.html"),
            title = as_text(&self.title),
            style = include_str!("page.css"),
            data = as_data(&self.data()),
            script = include_str!("page.js"),
        )
    }

    fn data(&self) -> Value {
        let order = order(&self.runs);
        let runs = self.runs.iter().zip(&order.columns);
        let runs = runs.map(|(run, columns)| run_as_json(run, columns));
        let sources = self.sources.iter();
        let sources = sources.map(|(name, text)| json!({ "name": name, "text": text }));
        json!({
            "title": self.title,
            "agreed": order.agreed,
            "looks": THEMES,
            "sources": sources.collect::<Vec<_>>(),
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

/// A run, its steps and spans as rows: a hundred thousand objects would be five times as long.
fn run_as_json(run: &Trace, columns: &[usize]) -> Value {
    let steps = run.steps.iter().zip(columns);
    let steps = steps.map(|(step, column)| step_as_json(step, *column));
    let spans = run.spans.iter().map(|span| {
        let (kind, turn) = (span.kind as usize, span.begins_turn);
        json!([kind, span.first, span.last, span.until, span.parent, turn])
    });
    json!({
        "name": run.name,
        "isOurs": run.is_ours,
        "files": run.files,
        "steps": steps.collect::<Vec<_>>(),
        "spans": spans.collect::<Vec<_>>(),
        "waits": run.waits,
    })
}

/// Its place on the axis, when it was, its span, its line, what it does, and what belongs to that.
fn step_as_json(step: &Step, column: usize) -> Value {
    let (does, about, gone) = match &step.does {
        StepKind::Enters => (0, Value::Null, &None),
        StepKind::Runs(cause) => (1, json!(cause), &None),
        StepKind::Schedules { kind, gone } => (2, json!(*kind as usize), gone),
        StepKind::Wakes(gone) => (3, Value::Null, gone),
        StepKind::Prints(text) => (4, json!(text), &None),
    };
    let (file, line) = step.line.map(|line| (line.file, line.number)).unzip();
    json!([column, step.at, step.span, file, line, does, about, gone])
}
