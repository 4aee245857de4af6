//! A chart of horizontal bars, readable on light and on dark ground.

use super::figures::compared;
use super::measure::Entry;
use super::plan::Spec;

const WIDTH: f64 = 720.0;
const LABEL: f64 = 230.0;
const ROW: f64 = 30.0;
const TOP: f64 = 46.0;

/// A bar: its label, its length, the text at its end.
type Bar = (String, f64, String);

/// Draws times, the shorter the better; or, where there are several figures, how many times as good as Node's or the
/// first peer's ours are.
///
/// Nothing if there is nothing to compare.
pub fn chart(spec: &Spec, entries: &[Entry]) -> Option<String> {
    let peer = (1..entries.len()).find(|&index| !entries[index].runs.is_empty())?;
    let compared = compared(entries);
    let mut bars: Vec<Bar> = Vec::new();
    if spec.work.is_some() {
        for (entry, time) in entries.iter().zip(&compared[0].1) {
            let time = time.map(|time| time.median);
            bars.extend(time.map(|time| (entry.name.to_owned(), time, format!("{time:.2} s"))));
        }
        return Some(draw(&spec.title, "shorter is faster", &bars, true));
    }
    for (name, figures) in compared {
        if let (Some(ours), Some(peer)) = (figures[0], figures[peer]) {
            let ratio = spec.advantage(ours.median, peer.median);
            bars.push((name, ratio, format!("{ratio:.2} x")));
        }
    }
    let meaning = format!("times {}; longer is better", entries[peer].name);
    Some(draw(&spec.title, &meaning, &bars, false))
}

fn draw(title: &str, meaning: &str, bars: &[Bar], first_is_ours: bool) -> String {
    let lengths = bars.iter().map(|(_, value, _)| *value);
    let largest = lengths.fold(f64::MIN_POSITIVE, f64::max);
    let (title, meaning) = (escape(title), escape(meaning));
    let (mut drawn, mut y) = (String::new(), TOP);
    for (index, (label, value, text)) in bars.iter().enumerate() {
        let is_ours = index == 0 || !first_is_ours;
        let class = if is_ours { "ours" } else { "bar" };
        let length = (WIDTH - LABEL - 80.0) * value / largest;
        let (label, text) = (escape(label), escape(text));
        let (label_end, text_start) = (LABEL - 10.0, LABEL + length + 8.0);
        let (base, top) = (y + 19.0, y + 5.0);
        drawn += &format!(
            "<text x=\"{label_end}\" y=\"{base}\" text-anchor=\"end\">{label}</text>\
             <rect class=\"{class}\" x=\"{LABEL}\" y=\"{top}\" width=\"{length:.1}\" height=\"18\" rx=\"3\"/>\
             <text x=\"{text_start:.1}\" y=\"{base}\">{text}</text>\n"
        );
        y += ROW;
    }
    let height = y + 8.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #24292f }} .quiet {{ fill: #57606a }} .bar {{ fill: #8c959f }} .ours {{ fill: #d9480f }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .quiet {{ fill: #9da7b1 }} .bar {{ fill: #6e7681 }} .ours {{ fill: #ff922b }} }}</style>\n\
         <title>{title}</title>\n\
         <text x=\"0\" y=\"16\" font-weight=\"600\">{title}</text>\n\
         <text x=\"0\" y=\"34\" class=\"quiet\" font-size=\"12\">{meaning}</text>\n\
         {drawn}</svg>\n"
    )
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
