//! The drawing: all steps at once, for a page that nobody steps through. It depends on the order alone, not on how long anything took.

use std::io::{self, Write};

use super::Report;
use super::align::{order, printed};
use super::page::as_text;
use super::theme::{THEMES, Theme, number};
use super::timeline::{StepKind, Timeline, Waits, What};
use crate::callback::CallbackKind;

const COLUMN: usize = 24;
const GUTTER: usize = 96;
const LABEL: usize = 16;
/// As wide as the state of the printed lines, about.
const LETTER: usize = 7;

const STYLE: &str = "\
svg { background: #fff; }
text { font: 12px system-ui, sans-serif; fill: #1d1d1b; dominant-baseline: central; }
.mono { paint-order: stroke; stroke: #fff; stroke-width: 5px; font: 12px ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace; }
.title { font-weight: 600; font-size: 14px; }
.quiet { fill: #5b5b57; }
.band { fill: #ecece7; }
.label-line { fill: #5b5b57; }
.turn { stroke: #5b5b57; stroke-dasharray: 3 3; }
.why { fill: none; stroke: #1d1d1b; stroke-width: 1.2; opacity: .55; }
.in { font-weight: 600; }
@media (prefers-color-scheme: dark) {
  svg { background: #151514; }
  text { fill: #eeeee8; }
  .mono { stroke: #151514; }
  .quiet { fill: #b0b0a8; }
  .band { fill: #262624; }
  .label-line { fill: #b0b0a8; }
  .turn { stroke: #b0b0a8; }
  .why { stroke: #eeeee8; }
}
";

impl Report {
    /// Writes the picture as a drawing, in which the same run looks the same each time.
    ///
    /// # Errors
    ///
    /// If `out` does not take it.
    pub fn write_svg(&self, out: &mut impl Write) -> io::Result<()> {
        let order = order(&self.timelines);
        let mut lanes = String::new();
        let mut top = 34;
        let mut width = GUTTER + order.width * COLUMN + COLUMN;
        for (timeline, columns) in self.timelines.iter().zip(&order.columns) {
            let mut lane = Lane {
                timeline,
                columns,
                top,
                width,
                out: String::new(),
            };
            let bottom = lane.draw(self.timelines.len() > 1);
            width = lane.width;
            lanes.push_str(&lane.out);
            top = bottom + 14;
        }
        lanes.push_str(&legend(&self.timelines, top));
        top += 24;
        let title = as_text(&self.title);
        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" role="img" aria-label="{title}">"#
        )?;
        writeln!(out, "<style>\n{STYLE}</style>")?;
        writeln!(out, r#"<text class="title" x="8" y="16">{title}</text>"#)?;
        write!(out, "{lanes}")?;
        writeln!(out, "</svg>")
    }
}

/// One timeline, from its top on.
struct Lane<'a> {
    timeline: &'a Timeline,
    columns: &'a [usize],
    top: usize,
    width: usize,
    out: String,
}

/// The height of a row, and where those of phases, callbacks, ticks and microtasks begin.
const ROW: usize = 24;

impl Lane<'_> {
    /// Draws it and gives back its bottom.
    fn draw(&mut self, named: bool) -> usize {
        if named {
            // Not to the last digit: a drawing is not to change with each patch of Node.
            let name = self
                .timeline
                .name
                .split('.')
                .next()
                .unwrap_or_default()
                .to_owned();
            self.text("in", 8, self.top + 8, &name);
            self.top += 20;
        }
        let lines = printed(self.timeline);
        let rows = self.top + lines.len() * LABEL + 6;
        for (row, name) in ["phases", "callbacks", "ticks", "microtasks"]
            .iter()
            .enumerate()
        {
            self.band(rows + row * (ROW + 4), ROW, name);
        }
        let waits = rows + 4 * (ROW + 4);
        let bottom = self.waits(waits);
        self.turns(rows, bottom);
        self.labels(&lines, rows);
        self.spans(rows, Self::span);
        self.arrows(rows);
        self.spans(rows, Self::name);
        bottom
    }

    fn x(&self, step: usize) -> usize {
        GUTTER + self.columns[step] * COLUMN
    }

    fn put(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn text(&mut self, class: &str, x: usize, y: usize, text: &str) {
        let text = as_text(text);
        self.put(&format!(
            r#"<text class="{class}" x="{x}" y="{y}">{text}</text>"#
        ));
    }

    fn band(&mut self, y: usize, height: usize, name: &str) {
        let width = self.width - GUTTER;
        self.put(&format!(
            r#"<rect class="band" x="{GUTTER}" y="{y}" width="{width}" height="{height}"/>"#
        ));
        self.text("quiet", 8, y + height / 2, name);
    }

    /// Printed lines, each on a line of its own: from top to bottom they read as the output, from left to right as the run.
    fn labels(&mut self, lines: &[(usize, &str)], rows: usize) {
        if let Some((first, _)) = lines.first() {
            let y = self.top + lines.len() * LABEL / 2;
            if self.x(*first) > GUTTER {
                self.text("quiet", 8, y, "printed");
            }
        }
        let places = lines.iter().enumerate();
        let places = places.map(|(index, (step, text))| {
            (self.x(*step) + 4, self.top + index * LABEL, text.trim())
        });
        let places: Vec<_> = places.collect();
        for (x, y, _) in &places {
            let height = rows - y;
            self.put(&format!(
                r#"<rect class="label-line" x="{x}" y="{y}" width="1" height="{height}"/>"#
            ));
        }
        for (x, y, text) in places {
            let is_too_long = x + 6 + text.chars().count() * LETTER > self.width;
            let (x, anchor) = if is_too_long {
                (x - 4, r#" text-anchor="end""#)
            } else {
                (x + 5, "")
            };
            let (y, text) = (y + LABEL / 2, as_text(text));
            self.put(&format!(
                r#"<text class="mono" x="{x}" y="{y}"{anchor}>{text}</text>"#
            ));
        }
    }

    fn turns(&mut self, rows: usize, bottom: usize) {
        for span in self.timeline.spans.iter().filter(|span| span.begins_turn) {
            let x = self.x(span.first);
            self.put(&format!(
                r#"<line class="turn" x1="{x}" y1="{rows}" x2="{x}" y2="{bottom}"/>"#
            ));
        }
    }

    fn spans(&mut self, rows: usize, draw: fn(&mut Self, &Theme, (usize, usize), usize)) {
        for span in &self.timeline.spans {
            let (x, y) = (self.x(span.first), rows + row(span.what) * (ROW + 4));
            let width = self.x(span.last) + COLUMN - x - 1;
            draw(self, &THEMES[number(span.what)], (x, y), width);
        }
    }

    fn span(&mut self, look: &Theme, (x, y): (usize, usize), width: usize) {
        self.rect(look, x, y, width, ROW);
    }

    /// All of the name if there is room, else its letter.
    fn name(&mut self, look: &Theme, (x, y): (usize, usize), width: usize) {
        let fits = look.name.chars().count() * LETTER + 8 <= width;
        let text = if fits { look.name } else { look.letter };
        let (x, y, ink) = (x + 5, y + ROW / 2, look.ink);
        self.put(&format!(
            r#"<text class="in" x="{x}" y="{y}" style="fill:{ink}">{text}</text>"#
        ));
    }

    fn rect(&mut self, look: &Theme, x: usize, y: usize, width: usize, height: usize) {
        let (name, colour) = (look.name, look.colour);
        self.put(&format!(
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{colour}"><title>{name}</title></rect>"#
        ));
    }

    /// Jobs of the pool and timers, a row for each thread and for each timer that is set at the same time; gives back their bottom.
    fn waits(&mut self, top: usize) -> usize {
        let waits = &self.timeline.waits;
        let thread = |waits: &Waits| match waits {
            Waits::Job { thread } => Some(*thread),
            Waits::Timer { .. } => None,
        };
        let threads = waits.iter().filter_map(|wait| thread(&wait.what)).max();
        let threads = threads.map_or(0, |thread| thread + 1);
        let row = |waits: &Waits| match waits {
            Waits::Job { thread } => *thread,
            Waits::Timer { row, .. } => threads + row,
        };
        let rows = waits
            .iter()
            .map(|wait| row(&wait.what) + 1)
            .max()
            .unwrap_or_default();
        for index in 0..rows {
            let name = match index {
                0 if threads > 0 => "pool",
                index if index == threads => "timers set",
                _ => "",
            };
            self.band(top + index * 18, 14, name);
        }
        for wait in waits {
            let (x, y) = (
                self.x(wait.first) + COLUMN / 2,
                top + row(&wait.what) * 18 + 2,
            );
            let last = wait.last.unwrap_or(self.columns.len() - 1);
            let width = (self.x(last) + COLUMN / 2).saturating_sub(x).max(2);
            let (kind, text) = match wait.what {
                Waits::Job { .. } => (CallbackKind::JobDone, "job".to_owned()),
                Waits::Timer { ms, .. } => (CallbackKind::Timer, format!("{ms} ms")),
            };
            let look = &THEMES[number(What::Callback(kind))];
            self.rect(look, x, y, width, 10);
            if text.len() * LETTER < width {
                let (x, y) = (x + 4, y + 5);
                self.put(&format!(
                    r#"<text x="{x}" y="{y}" style="fill:{};font-size:9px">{text}</text>"#,
                    look.ink
                ));
            }
        }
        top + rows * 18
    }

    /// From where a callback was scheduled to where it ran.
    fn arrows(&mut self, rows: usize) {
        self.put(r#"<g class="why">"#);
        for (step, span) in self
            .timeline
            .steps
            .iter()
            .zip(0..)
            .filter_map(|(step, index)| {
                let StepKind::Runs { cause: Some(cause) } = step.does else {
                    return None;
                };
                Some((cause, index))
            })
        {
            let y = |step: usize| {
                let span = self.timeline.steps[step]
                    .span
                    .map(|span| &self.timeline.spans[span]);
                rows + span.map_or(0, |span| row(span.what)) * (ROW + 4) + ROW / 2
            };
            let (x1, y1, x2, y2) = (self.x(step) + 12, y(step), self.x(span), y(span));
            let (bend, dip) = (
                (x2.saturating_sub(x1) / 5 + 14).min(60),
                if y1 == y2 { ROW } else { 0 },
            );
            let (from, to) = (y1 + bend / 3, y2 + dip);
            self.put(&format!(
                r#"<path d="M{x1} {y1}C{x1} {from} {} {to} {x2} {y2}m-6 -4l6 4l-6 4"/><circle cx="{x1}" cy="{y1}" r="2.5"/>"#,
                x2.saturating_sub(bend)
            ));
        }
        self.put("</g>");
    }
}

/// The state and their names.
fn legend(timelines: &[Timeline], top: usize) -> String {
    let mut out = String::new();
    let spans = || timelines.iter().flat_map(|timeline| &timeline.spans);
    let mut x = GUTTER;
    for (index, look) in THEMES.iter().enumerate() {
        if !spans().any(|span| number(span.what) == index && matches!(span.what, What::Callback(_)))
        {
            continue;
        }
        let Theme {
            name,
            letter,
            colour,
            ink,
        } = look;
        let (text, middle, label) = (x + 4, top + 8, x + 22);
        out.push_str(&format!(
            "<rect x=\"{x}\" y=\"{top}\" width=\"16\" height=\"16\" fill=\"{colour}\"/>\
             <text class=\"in\" x=\"{text}\" y=\"{middle}\" style=\"fill:{ink}\">{letter}</text>\
             <text class=\"quiet\" x=\"{label}\" y=\"{middle}\">{name}</text>\n"
        ));
        x += 40 + name.len() * LETTER;
    }
    out
}

fn row(what: What) -> usize {
    match what {
        What::Phase(_) => 0,
        What::Callback(CallbackKind::Tick) => 2,
        What::Callback(CallbackKind::Microtask | CallbackKind::Task) => 3,
        What::Callback(_) => 1,
    }
}
