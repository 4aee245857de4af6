//! The drawing: all steps at once, for a page without buttons. It depends on the order alone, not on how long anything took.

use std::fmt::Arguments;
use std::io::{self, Write};

use super::Report;
use super::align::{order, printed};
use super::page::as_text;
use crate::callback::SpanKind;
use crate::trace::{Span, StepKind, THEMES, Trace, Wait, WaitKind};

const COLUMN: usize = 24;
const GUTTER: usize = 96;
/// The height of a printed line, of a row, and of a row of timers or jobs.
const LABEL: usize = 16;
const ROW: usize = 24;
const WAIT: usize = 18;
/// As wide as a letter, about.
const LETTER: usize = 7;

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
            let lines = printed(run);
            let rows = drawing.top + lines.len() * LABEL + 6;
            let lane = Lane { run, columns, rows };
            drawing.lane(&lane, &lines);
        }
        drawing.legend(&self.runs);
        let (
            title,
            Drawing {
                width,
                top,
                out: body,
            },
        ) = (as_text(&self.title), drawing);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" role="img" aria-label="{title}">"#
        )?;
        writeln!(out, "<style>\n{STYLE}</style>")?;
        writeln!(out, r#"<text class="title" x="8" y="16">{title}</text>"#)?;
        writeln!(out, "{body}</svg>")
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
}

/// What has been drawn so far, from the top.
struct Drawing {
    width: usize,
    top: usize,
    out: String,
}

impl Drawing {
    fn put(&mut self, element: Arguments<'_>) {
        self.out.push_str(&format!("{element}\n"));
    }

    fn text(&mut self, class: &str, x: usize, y: usize, text: &str) {
        let text = as_text(text);
        self.put(format_args!(
            r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#
        ));
    }

    fn band(&mut self, y: usize, height: usize, name: &str) {
        let width = self.width - GUTTER;
        self.put(format_args!(
            r#"<rect class="band" x="{GUTTER}" y="{y}" width="{width}" height="{height}"/>"#
        ));
        self.text("quiet", 8, y + height / 2, name);
    }

    fn lane(&mut self, lane: &Lane, lines: &[(usize, &str)]) {
        for (row, name) in (0..).zip(["phases", "callbacks", "ticks", "microtasks"]) {
            self.band(lane.rows + row * (ROW + 4), ROW, name);
        }
        let bottom = self.waits(lane);
        for span in lane.run.spans.iter().filter(|span| span.begins_turn) {
            let (x, top) = (lane.x(span.first), lane.rows);
            self.put(format_args!(
                r#"<line class="turn" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>"#
            ));
        }
        self.labels(lane, lines);
        for span in &lane.run.spans {
            self.span(lane, span);
        }
        self.arrows(lane);
        for span in &lane.run.spans {
            self.name(lane, span);
        }
        self.top = bottom + 14;
    }

    /// Printed lines, each on a line of its own: from top to bottom they read as the output, from left to right as the run.
    fn labels(&mut self, lane: &Lane, lines: &[(usize, &str)]) {
        if lines
            .first()
            .is_some_and(|(first, _)| lane.x(*first) > GUTTER)
        {
            self.text("quiet", 8, self.top + lines.len() * LABEL / 2, "printed");
        }
        let places = lines.iter().zip(0..);
        let places =
            places.map(|((step, text), row)| (lane.x(*step) + 4, self.top + row * LABEL, *text));
        let places: Vec<_> = places.collect();
        for (x, y, _) in &places {
            let height = lane.rows - y;
            self.put(format_args!(
                r#"<rect class="label-line" x="{x}" y="{y}" width="1" height="{height}"/>"#
            ));
        }
        for (x, y, text) in places {
            let text = text.trim();
            let is_too_long = x + 6 + text.chars().count() * LETTER > self.width;
            let (class, x) = if is_too_long {
                ("mono end", x - 4)
            } else {
                ("mono", x + 5)
            };
            self.text(class, x, y + LABEL / 2, text);
        }
    }

    fn span(&mut self, lane: &Lane, span: &Span) {
        let (x, y, width) = (lane.x(span.first), lane.y(span.kind), width(lane, span));
        let theme = span.kind.theme();
        let (name, colour) = (theme.name, theme.colour);
        self.put(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{ROW}" fill="{colour}"><title>{name}</title></rect>"#
        ));
    }

    /// All of the name if there is room, else its letter.
    fn name(&mut self, lane: &Lane, span: &Span) {
        let theme = span.kind.theme();
        let fits = theme.name.chars().count() * LETTER + 8 <= width(lane, span);
        let text = if fits { theme.name } else { theme.letter };
        let (x, y, ink) = (
            lane.x(span.first) + 5,
            lane.y(span.kind) + ROW / 2,
            theme.ink,
        );
        self.put(format_args!(
            r#"<text class="in" x="{x}" y="{y}" style="fill:{ink}">{text}</text>"#
        ));
    }

    /// Jobs of the pool and timers, a row for each thread and for each timer that is set at the same time; returns their bottom.
    fn waits(&mut self, lane: &Lane) -> usize {
        let top = lane.rows + 4 * (ROW + 4);
        let (jobs, timers): (Vec<_>, Vec<_>) = lane
            .run
            .waits
            .iter()
            .partition(|wait| wait.kind == WaitKind::Job);
        let mut bottom = top;
        for (name, waits) in [("pool", jobs), ("timers set", timers)] {
            let rows = waits
                .iter()
                .map(|wait| wait.row + 1)
                .max()
                .unwrap_or_default();
            for row in 0..rows {
                let name = if row == 0 { name } else { "" };
                self.band(bottom + row * WAIT, WAIT - 4, name);
            }
            for wait in waits {
                self.wait(lane, wait, bottom + wait.row * WAIT + 2);
            }
            bottom += rows * WAIT;
        }
        bottom
    }

    /// What does not hold the loop is hollow; what was cleared ends in a cross.
    fn wait(&mut self, lane: &Lane, wait: &Wait, y: usize) {
        let x = lane.x(wait.first) + COLUMN / 2;
        let end = lane.x(wait.last.unwrap_or(lane.columns.len() - 1)) + COLUMN / 2;
        let width = end.saturating_sub(x).max(2);
        let (kind, text, paint, end) = match wait.kind {
            WaitKind::Job => (SpanKind::JobDone, "job".to_owned(), "fill", ""),
            WaitKind::Timer { ms, cleared, refed } => (
                SpanKind::Timer,
                format!("{ms} ms"),
                if refed {
                    "fill"
                } else {
                    r#"class="unref" stroke"#
                },
                if cleared { "×" } else { "" },
            ),
        };
        let (name, colour) = (kind.theme().name, kind.theme().colour);
        self.put(format_args!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="10" {paint}="{colour}"><title>{name}</title></rect>"#
        ));
        if text.len() * LETTER < width {
            self.text("quiet", x + 4, y + 5, &text);
        }
        if !end.is_empty() {
            self.text("in end", x + width + 4, y + 5, end);
        }
    }

    /// From what led to a callback to where it begins to run.
    fn arrows(&mut self, lane: &Lane) {
        for (step, number) in lane.run.steps.iter().zip(0..) {
            let StepKind::Runs { cause: Some(cause) } = step.does else {
                continue;
            };
            let (x1, y1) = (lane.x(cause) + 12, lane.middle(cause));
            let (x2, y2) = (lane.x(number), lane.middle(number));
            let bend = (x2.saturating_sub(x1) / 5 + 14).min(60);
            let dip = if y1 == y2 { ROW } else { 0 };
            let (from, to, before) = (y1 + bend / 3, y2 + dip, x2.saturating_sub(bend));
            self.put(format_args!(
                r#"<path class="why" d="M{x1} {y1}C{x1} {from} {before} {to} {x2} {y2}m-6 -4l6 4l-6 4"/><circle class="why" cx="{x1}" cy="{y1}" r="2.5"/>"#
            ));
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
            let (y, middle, colour, ink) = (self.top, self.top + 8, theme.colour, theme.ink);
            self.put(format_args!(
                r#"<rect x="{x}" y="{y}" width="16" height="16" fill="{colour}"/>"#
            ));
            let (text, letter) = (x + 4, theme.letter);
            self.put(format_args!(
                r#"<text class="in" x="{text}" y="{middle}" style="fill:{ink}">{letter}</text>"#
            ));
            self.text("quiet", x + 22, middle, theme.name);
            x += width;
        }
        self.top += 24;
    }
}

fn width(lane: &Lane, span: &Span) -> usize {
    lane.x(span.last) + COLUMN - lane.x(span.first) - 1
}

fn row(kind: SpanKind) -> usize {
    match kind {
        SpanKind::Tick => 2,
        SpanKind::Microtask | SpanKind::Task => 3,
        kind if kind < SpanKind::Tick => 0,
        _ => 1,
    }
}
