//! Tables for people: medians, ratios to ours, and what is within noise; losses as plainly as wins.

use std::ops::Range;

use anyhow::{Context, Result};
use fs_err as fs;

use super::figures::{Figure, compared};
use super::measure::Entry;
use super::plan::Spec;
use crate::run::Node;
use crate::run::sys::cpu_name;

/// Returns the table, and under it how it came about.
pub fn markdown(spec: &Spec, entries: &[Entry], node: &Node, rounds: u32) -> String {
    let mut rows = by_figure(spec, entries);
    if spec.work.is_some() {
        let columns = 0..rows[0].len();
        let column = |index: usize| rows.iter().map(|row| row[index].clone()).collect();
        rows = columns.map(column).collect();
    }
    let cpu = cpu_name().unwrap_or_else(|| "?".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let times = format!("medians of {rounds} interleaved rounds");
    let (node, id) = (&node.says, &spec.id);
    let how = format!("{cpu}, {cores} cores, {node}; {times}. `cargo xtask bench {id}`");
    format!("{}\n\n{}\n{how}\n", spec.title, render(&rows))
}

/// Renders rows of cells, the first of which is the head; all columns but the first are numbers.
fn render(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut lines: Vec<_> = rows.iter().map(line).collect();
    lines.insert(1, format!("|---|{}\n", "---:|".repeat(rows[0].len() - 1)));
    lines.concat()
}

/// Returns a row for each figure and a column for each contender, with the ratio to ours: how much more they
/// take, or how much larger our rate is.
fn by_figure(spec: &Spec, entries: &[Entry]) -> Vec<Vec<String>> {
    let mut head = vec![spec.unit.clone()];
    head.extend(entries.iter().map(|entry| entry.name.to_owned()));
    let mut rows = vec![head];
    for (name, figures) in compared(entries) {
        let mut row = vec![name];
        for (figure, entry) in figures.iter().zip(entries) {
            row.push(match (figure, figures[0]) {
                (Some(theirs), Some(ours)) if row.len() > 1 => {
                    let ratio = ratio(spec, ours, *theirs);
                    format!("{} ({ratio})", short(theirs.median))
                }
                (Some(figure), _) => short(figure.median),
                (None, _) => {
                    let why = entry.missing.clone().filter(|_| rows.len() == 1);
                    why.unwrap_or("-".to_owned())
                }
            });
        }
        rows.push(row);
    }
    rows
}

/// Returns how many times as good ours is, and whether that may be chance.
fn ratio(spec: &Spec, ours: Figure, theirs: Figure) -> String {
    let is_same = ours.median.total_cmp(&theirs.median).is_eq();
    let is_noise = ours.overlaps(theirs) && !is_same;
    let noise = if is_noise { ", within noise" } else { "" };
    format!("{:.2} x{noise}", spec.advantage(ours.median, theirs.median))
}

fn short(number: f64) -> String {
    let digits = match number {
        100.0.. => 0,
        1.0.. => 2,
        _ => 3,
    };
    format!("{number:.digits$}")
}

/// Returns who was there.
pub fn participants(entries: &[Entry]) -> String {
    let names = entries.iter().map(|entry| match &entry.missing {
        None => entry.name.to_owned(),
        Some(why) => format!("{} ({why})", entry.name),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Returns the README of a bench, and where in it the table belongs: between its markers.
pub fn place(spec: &Spec) -> Result<(String, Range<usize>)> {
    let file = spec.benches().with_file_name("README.md");
    let (readme, name) = (fs::read_to_string(&file)?, spec.name());
    let open = format!("<!-- bench:{name} -->\n");
    let close = format!("<!-- /bench:{name} -->");
    let start = readme.find(&open).map(|start| start + open.len());
    let end = start.and_then(|start| Some(start + readme[start..].find(&close)?));
    let file = file.display();
    let lacks = format!("{file}: no lines {open:?} and {close:?} to write between");
    let (start, end) = start.zip(end).context(lacks)?;
    Ok((readme, start..end))
}

/// Puts the table into the README, and a picture of it, if there is one.
pub fn write(spec: &Spec, table: &str, chart: Option<&str>) -> Result<()> {
    let mut text = table.to_owned();
    if let Some(chart) = chart {
        fs::write(spec.file.with_extension("svg"), chart)?;
        text += &format!("\n![{}](benches/{}.svg)\n", spec.title, spec.name());
    }
    let (mut readme, place) = place(spec)?;
    readme.replace_range(place, &text);
    let file = spec.benches().with_file_name("README.md");
    Ok(fs::write(file, readme)?)
}
