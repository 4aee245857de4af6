//! The drawing: all steps at once, for a page without buttons. It depends on the order alone, not on how long anything took.

use std::io::{self, Write};
use std::mem::replace;

use super::Report;
use super::align::{order, printed};
use super::page::as_text;
use crate::callback::SpanKind;
use crate::trace::{Span, StepKind, THEMES, Theme, Trace, Wait, WaitKind};

const COLUMN: usize = 24;
const GUTTER: usize = 96;
/// The height of a printed line, of a row, and of a row of timers or jobs.
const LABEL: usize = 16;
const ROW: usize = 24;
const WAIT: usize = 18;
/// As wide as a letter, about.
const LETTER: usize = 7;

/// How an area is painted that is not filled.
const HOLLOW: &str = r#"class="unref" stroke"#;

const STYLE: &str = include_str!("drawing.css");

impl Report {
    /// Writes the picture as a drawing, in which the same run looks the same each time.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_svg(&self, out: &mut impl Write) -> io::Result<()> {
        let order = order(&self.runs);
        let mut drawing = Drawing {
            width: GUTTER + order.width * COLUMN + COLUMN,
            top: 34,
            out: String::new(),
        };
        for (run, columns) in self.runs.iter().zip(&order.columns) {
            if self.runs.len() > 1 {
                // Not to the last digit: a drawing is not to change with each patch of Node.
                let name = run.name.split('.').next().unwrap_or_default();
                drawing.text("in", 8, drawing.top + 8, name);
                drawing.top += 20;
            }
            drawing.lane(run, columns);
        }
        drawing.legend(&self.runs);
        let (title, width, height) = (as_text(&self.title), drawing.width, drawing.top);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}">"#
        )?;
        writeln!(out, "<style>\n{STYLE}</style>")?;
        writeln!(out, r#"<text class="title" x="8" y="16">{title}</text>"#)?;
        writeln!(out, "{}</svg>", drawing.out)
    }
}

/// One run, and where its rows begin.
struct Lane<'a> {
    run: &'a Trace,
    columns: &'a [usize],
    rows: usize,
}

impl Lane<'_> {
    fn x(&self, step: usize) -> usize {
        GUTTER + self.columns[step] * COLUMN
    }

    fn y(&self, kind: SpanKind) -> usize {
        self.rows + row(kind) * (ROW + 4)
    }

    /// The middle of the row in which a step happens.
    fn middle(&self, step: usize) -> usize {
        let span = self.run.steps[step].span;
        span.map_or(self.rows, |span| self.y(self.run.spans[span].kind)) + ROW / 2
    }

    fn width(&self, span: &Span) -> usize {
        self.x(span.last) + COLUMN - self.x(span.first) - 1
    }
}

/// A rectangle: its left, its top, its width, its height.
type Area = [usize; 4];

/// What has been drawn so far, from the top.
struct Drawing {
    width: usize,
    top: usize,
    out: String,
}

impl Drawing {
    fn put(&mut self, element: &str) {
        self.out += element;
        self.out.push('\n');
    }

    fn text(&mut self, class: &str, x: usize, y: usize, text: &str) {
        let text = as_text(text);
        let text = format!(r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#);
        self.put(&text);
    }

    fn rect(&mut self, class: &str, area: Area) {
        let area = attributes(area);
        self.put(&format!(r#"<rect class="{class}" {area}/>"#));
    }

    /// A rectangle of its colour, as its `fill` or its `stroke`.
    fn paint(&mut self, theme: &Theme, paint: &str, area: Area) {
        let (area, colour, name) = (attributes(area), theme.colour, theme.name);
        let rect = format!(r#"<rect {area} {paint}="{colour}"><title>{name}</title></rect>"#);
        self.put(&rect);
    }

    /// A name or a letter in its colour's ink.
    fn name(&mut self, theme: &Theme, text: &str, x: usize, y: usize) {
        let ink = theme.ink;
        let text = format!(r#"<text class="in" x="{x}" y="{y}" style="fill:{ink}">{text}</text>"#);
        self.put(&text);
    }

    fn band(&mut self, y: usize, height: usize, name: &str) {
        self.rect("band", [GUTTER, y, self.width - GUTTER, height]);
        self.text("quiet", 8, y + height / 2, name);
    }

    fn lane(&mut self, run: &Trace, columns: &[usize]) {
        let lines = printed(run);
        let rows = self.top + lines.len() * LABEL + 6;
        let lane = &Lane { run, columns, rows };
        for (row, name) in (0..).zip(["phases", "callbacks", "ticks", "microtasks"]) {
            self.band(rows + row * (ROW + 4), ROW, name);
        }
        let mut bottom = rows + 4 * (ROW + 4);
        bottom = self.waits(lane, "pool", bottom, |kind| kind == WaitKind::Job);
        bottom = self.waits(lane, "timers set", bottom, |kind| kind != WaitKind::Job);
        for span in run.spans.iter().filter(|span| span.begins_turn) {
            let x = lane.x(span.first);
            self.put(&format!(r#"<path class="turn" d="M{x} {rows}V{bottom}"/>"#));
        }
        self.labels(lane, &lines);
        for span in &run.spans {
            let area = [lane.x(span.first), lane.y(span.kind), lane.width(span), ROW];
            self.paint(span.kind.theme(), "fill", area);
        }
        self.arrows(lane);
        let mut next = [usize::MAX; 4];
        for span in run.spans.iter().rev() {
            // All of the name if there is room, before what runs inside of it as well, else its letter.
            let (theme, left) = (span.kind.theme(), lane.x(span.first));
            let end = replace(&mut next[row(span.kind)], left);
            let room = lane.width(span).min(end.saturating_sub(left));
            let fits = theme.name.len() * LETTER + 8 <= room;
            let text = if fits { theme.name } else { theme.letter };
            self.name(theme, text, left + 5, lane.y(span.kind) + ROW / 2);
        }
        self.top = bottom + 14;
    }

    /// Printed lines, each on a line of its own: from top to bottom they read as the output, from left to right as the run.
    fn labels(&mut self, lane: &Lane, lines: &[(usize, &str)]) {
        let first = lines.first().map(|(first, _)| lane.x(*first));
        if first.is_some_and(|first| first > GUTTER) {
            self.text("quiet", 8, self.top + lines.len() * LABEL / 2, "printed");
        }
        let places = lines.iter().zip((self.top..).step_by(LABEL));
        let places = places.map(|((step, text), y)| (lane.x(*step) + 4, y, text.trim()));
        for (x, y, _) in places.clone() {
            self.rect("label-line", [x, y, 1, lane.rows - y]);
        }
        for (x, y, text) in places {
            let is_too_long = x + 6 + text.chars().count() * LETTER > self.width;
            let (class, x) = if is_too_long {
                ("mono end", x - 4)
            } else {
                ("mono", x + 5)
            };
            self.text(class, x, y + LABEL / 2, text);
        }
    }

    /// Jobs of the pool or timers, a row for each thread or for each timer that is set at the same time; returns their bottom.
    fn waits(&mut self, lane: &Lane, name: &str, top: usize, are: fn(WaitKind) -> bool) -> usize {
        let waits = lane.run.waits.iter().filter(|wait| are(wait.kind));
        let rows = waits.clone().map(|wait| wait.row + 1).max().unwrap_or(0);
        for row in 0..rows {
            let name = if row == 0 { name } else { "" };
            self.band(top + row * WAIT, WAIT - 4, name);
        }
        for wait in waits {
            self.wait(lane, wait, top + wait.row * WAIT);
        }
        top + rows * WAIT
    }

    /// What does not hold the loop is hollow; what was cleared ends in a cross.
    fn wait(&mut self, lane: &Lane, wait: &Wait, y: usize) {
        let x = lane.x(wait.first) + COLUMN / 2;
        let end = lane.x(wait.last.unwrap_or(lane.columns.len() - 1)) + COLUMN / 2;
        let area = [x, y, end.saturating_sub(x).max(2), WAIT - 4];
        let (kind, text, paint) = match wait.kind {
            WaitKind::Job => (SpanKind::JobDone, "job".to_owned(), "fill"),
            WaitKind::Timer { ms, refed, .. } => {
                let paint = if refed { "fill" } else { HOLLOW };
                (SpanKind::Timer, format!("{ms} ms"), paint)
            }
        };
        self.paint(kind.theme(), paint, area);
        if text.len() * LETTER < area[2] {
            let class = if paint == "fill" { "ink" } else { "quiet" };
            self.text(class, x + 4, y + 7, &text);
        }
        if matches!(wait.kind, WaitKind::Timer { cleared: true, .. }) {
            self.text("in end", x + area[2] + 4, y + 7, "×");
        }
    }

    /// From what led to a callback to where it begins to run.
    fn arrows(&mut self, lane: &Lane) {
        for (step, number) in lane.run.steps.iter().zip(0..) {
            let StepKind::Runs(Some(cause)) = step.does else {
                continue;
            };
            let (x1, y1) = (lane.x(cause) + 12, lane.middle(cause));
            let (x2, y2) = (lane.x(number), lane.middle(number));
            let bend = (x2.saturating_sub(x1) / 5 + 14).min(60);
            let dip = if y1 == y2 { ROW } else { 0 };
            let (from, to, before) = (y1 + bend / 3, y2 + dip, x2.saturating_sub(bend));
            let curve = format!("M{x1} {y1}C{x1} {from} {before} {to} {x2} {y2}m-6 -4l6 4l-6 4");
            self.put(&format!(r#"<path class="why" d="{curve}"/>"#));
            let circle = format!(r#"<circle class="why" cx="{x1}" cy="{y1}" r="2.5"/>"#);
            self.put(&circle);
        }
    }

    /// What the colours and letters of phases and callbacks mean.
    fn legend(&mut self, runs: &[Trace]) {
        let mut x = GUTTER;
        for (theme, number) in THEMES.iter().zip(0..) {
            let mut spans = runs.iter().flat_map(|run| &run.spans);
            if !spans.any(|span| span.kind as usize == number) {
                continue;
            }
            let width = 40 + theme.name.len() * LETTER;
            if x + width > self.width && x > GUTTER {
                (x, self.top) = (GUTTER, self.top + 20);
            }
            let middle = self.top + 8;
            self.paint(theme, "fill", [x, self.top, 16, 16]);
            self.name(theme, theme.letter, x + 4, middle);
            self.text("quiet", x + 22, middle, theme.name);
            x += width;
        }
        self.top += 24;
    }
}

fn attributes([x, y, width, height]: Area) -> String {
    format!(r#"x="{x}" y="{y}" width="{width}" height="{height}""#)
}

fn row(kind: SpanKind) -> usize {
    match kind {
        SpanKind::Tick => 2,
        SpanKind::Microtask | SpanKind::Task => 3,
        kind if kind < SpanKind::Tick => 0,
        _ => 1,
    }
}
