//! A chart of horizontal bars, readable on light and on dark ground.

use std::fmt::Write;

use super::Entry;
use super::plan::Spec;
use super::table::{Figure, rates};

const WIDTH: f64 = 720.0;
const LABEL: f64 = 230.0;
const ROW: f64 = 30.0;
const TOP: f64 = 46.0;

/// Times, the shorter the better; or, where there are rates, how many times Node's or the first peer's ours is.
///
/// None if there is nothing to compare.
pub fn chart(spec: &Spec, entries: &[Entry]) -> Option<String> {
    let peer = (1..entries.len()).find(|&index| !entries[index].runs().is_empty())?;
    let rows: Vec<(String, f64, String)> = if spec.work.is_some() {
        let time = |entry: &Entry| {
            let median = Figure::of(entry.runs().iter().map(|run| run.wall.as_secs_f64()))?.median;
            Some((
                entry.contender.name.clone(),
                median,
                format!("{median:.2} s"),
            ))
        };
        entries.iter().filter_map(time).collect()
    } else {
        let times = |(name, figures): (String, Vec<Option<Figure>>)| {
            let ratio = figures.first().copied()??.median / figures.get(peer).copied()??.median;
            Some((name, ratio, format!("{ratio:.2} x")))
        };
        rates(entries).into_iter().filter_map(times).collect()
    };
    let meaning = if spec.work.is_some() {
        "shorter is faster".to_owned()
    } else {
        format!("times {}; longer is faster", entries[peer].contender.name)
    };
    Some(draw(&spec.title, &meaning, &rows, spec.work.is_some()))
}

fn draw(title: &str, meaning: &str, rows: &[(String, f64, String)], first_is_ours: bool) -> String {
    let largest = rows
        .iter()
        .map(|(_, value, _)| *value)
        .fold(f64::MIN_POSITIVE, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a handful of rows")]
    let place = |index: usize| TOP + ROW * index as f64;
    let height = place(rows.len()) + 8.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #24292f }} .quiet {{ fill: #57606a }} .bar {{ fill: #8c959f }} .ours {{ fill: #d9480f }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .quiet {{ fill: #9da7b1 }} .bar {{ fill: #6e7681 }} .ours {{ fill: #ff922b }} }}</style>\n\
         <title>{title}</title>\n\
         <text x=\"0\" y=\"16\" font-weight=\"600\">{title}</text>\n\
         <text x=\"0\" y=\"34\" class=\"quiet\" font-size=\"12\">{meaning}</text>\n",
        title = escape(title),
        meaning = escape(meaning),
    );
    for (index, (label, value, text)) in rows.iter().enumerate() {
        let (y, length) = (place(index), (WIDTH - LABEL - 80.0) * value / largest);
        let class = if index == 0 || !first_is_ours {
            "ours"
        } else {
            "bar"
        };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{LABEL}\" y=\"{}\" width=\"{length:.1}\" height=\"18\" rx=\"3\"/>\
             <text x=\"{:.1}\" y=\"{}\">{}</text>",
            LABEL - 10.0,
            y + 19.0,
            escape(label),
            y + 5.0,
            LABEL + length + 8.0,
            y + 19.0,
            escape(text),
        );
    }
    svg + "</svg>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
