//! The page: one file, with the timelines as JSON inside.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::align::order;
use super::theme::{THEMES, number};
use super::timeline::{Line, StepKind, Timeline, Wait, Waits, What};
use super::{Report, Source};

const PAGE: &str = include_str!("page.html");

impl Report {
    /// Writes the picture as a page that needs nothing else: one steps through it in a browser.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_html(&self, out: &mut impl Write) -> io::Result<()> {
        // What is put in is not looked at again: a title may contain `{data}`.
        let (head, rest) = PAGE.split_once("{title}").expect("the page has a title");
        let (body, tail) = rest.split_once("{data}").expect("the page has data");
        write!(out, "{head}{}{body}", as_text(&self.title))?;
        write!(out, "{}{tail}", as_data(&self.data()))
    }

    fn data(&self) -> Value {
        let looks = THEMES.iter().map(
            |look| json!({ "name": look.name, "letter": look.letter, "colour": look.colour, "ink": look.ink }),
        );
        let sources = self.sources.iter();
        let sources = sources.map(|source| json!({ "name": source.name, "text": source.text }));
        let order = order(&self.timelines);
        let timelines = self.timelines.iter().zip(&order.columns);
        let runs = timelines.map(|(timeline, columns)| run(timeline, columns, &self.sources));
        json!({
            "title": self.title,
            "agreed": order.agreed,
            "looks": looks.collect::<Vec<_>>(),
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

/// A timeline in columns: a hundred thousand objects would be five times as long. -1 stands for nothing.
fn run(timeline: &Timeline, columns: &[usize], sources: &[Source]) -> Value {
    let Timeline {
        steps,
        spans,
        waits,
        ..
    } = timeline;
    let mut texts = Vec::new();
    let (mut before, mut column) = (0, 0);
    let (mut does, mut arg, mut runs, mut gone) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for step in steps {
        let (kind, argument, due) = match &step.does {
            StepKind::Enters => (0, -1, None),
            StepKind::Runs { cause } => (1, or_none(*cause), None),
            StepKind::Schedules(kind, due) => {
                (2, or_none(Some(number(What::Callback(*kind)))), Some(due))
            }
            StepKind::Wakes(due) => (3, -1, Some(due)),
            StepKind::Prints(text) => {
                texts.push(text.as_str());
                (4, or_none(Some(texts.len() - 1)), None)
            }
        };
        does.push(kind);
        arg.push(argument);
        runs.push(or_none(due.and_then(|due| due.runs)));
        gone.push(or_none(due.and_then(|due| due.gone)));
    }
    let files = timeline.files.iter().map(|file| {
        let source = sources.iter().position(|source| source.is(file));
        json!({ "name": file, "source": or_none(source) })
    });
    let micros = |step: &super::timeline::Step| {
        let at = step.at / 1000;
        at - std::mem::replace(&mut before, at)
    };
    let further = columns
        .iter()
        .map(|here| here - std::mem::replace(&mut column, *here));
    json!({
        "name": timeline.name,
        "isOurs": timeline.is_ours,
        "files": files.collect::<Vec<_>>(),
        "texts": texts,
        "steps": {
            "does": does, "arg": arg, "runs": runs, "gone": gone,
            "further": further.collect::<Vec<_>>(),
            "after": steps.iter().map(micros).collect::<Vec<_>>(),
            "span": steps.iter().map(|step| or_none(step.span)).collect::<Vec<_>>(),
            "file": steps.iter().map(|step| file(step.line)).collect::<Vec<_>>(),
            "line": steps.iter().map(|step| line(step.line)).collect::<Vec<_>>(),
        },
        "spans": {
            "kind": spans.iter().map(|span| number(span.what)).collect::<Vec<_>>(),
            "first": spans.iter().map(|span| span.first).collect::<Vec<_>>(),
            "last": spans.iter().map(|span| span.last).collect::<Vec<_>>(),
            "until": spans.iter().map(|span| span.until / 1000).collect::<Vec<_>>(),
            "parent": spans.iter().map(|span| or_none(span.parent)).collect::<Vec<_>>(),
            "turn": spans.iter().map(|span| u8::from(span.begins_turn)).collect::<Vec<_>>(),
        },
        "waits": waits.iter().map(wait).collect::<Vec<_>>(),
    })
}

/// Row of a timer or thread of a job, first and last step, from when to when, line, milliseconds of a timer, the step that asked for it.
fn wait(wait: &Wait) -> Value {
    let (is_job, row, ms) = match wait.what {
        Waits::Timer { row, ms } => (0, row, ms),
        Waits::Job { thread } => (1, thread, 0),
    };
    let (from, until) = (wait.from / 1000, wait.until / 1000);
    json!([
        is_job,
        row,
        wait.first,
        or_none(wait.last),
        from,
        until,
        file(wait.line),
        line(wait.line),
        ms,
        or_none(wait.asked)
    ])
}

fn file(line: Option<Line>) -> i64 {
    or_none(line.map(|line| line.file))
}

fn line(line: Option<Line>) -> u32 {
    line.map_or(0, |line| line.number)
}

fn or_none(number: Option<usize>) -> i64 {
    number
        .and_then(|number| i64::try_from(number).ok())
        .unwrap_or(-1)
}
