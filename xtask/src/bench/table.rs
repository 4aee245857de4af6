//! Tables for people: medians, ratios to ours, and what is within noise; losses as plainly as wins.

use std::ops::Range;

use anyhow::{Context, Result};
use fs_err as fs;
use procfs::{CpuInfo, Current};

use super::figures::{Figure, compared};
use super::measure::{Entry, Run};
use super::plan::{Spec, Work};
use crate::run::Node;

/// Returns the table, and under it how it came about.
pub fn markdown(spec: &Spec, entries: &[Entry], node: &Node, rounds: u32) -> String {
    let rows = match &spec.work {
        Some(work) => by_contender(spec, work, entries),
        None => by_rate(spec, entries),
    };
    let info = CpuInfo::current().ok();
    let cpu = info.as_ref().and_then(|info| info.model_name(0));
    let cpu = cpu.unwrap_or("?");
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

fn by_contender(spec: &Spec, work: &Work, entries: &[Entry]) -> Vec<Vec<String>> {
    let rate = format!("{}/s", work.of);
    let mut head = vec!["", "time", "to ours", &rate, "CPU", "peak memory"];
    head.extend(spec.also.as_ref().map(|also| also.name.as_str()));
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    let ours = Figure::of(&entries[0].runs, |run| Some(run.wall));
    for entry in entries {
        let figure = |of: fn(&Run) -> f64| Figure::of(&entry.runs, |run| Some(of(run)));
        let values: [fn(&Run) -> f64; 3] = [|run| run.wall, |run| run.cpu, |run| run.peak_mib];
        let figures = values.map(figure);
        let mut row = vec![entry.name.to_owned()];
        if let (Some(ours), [Some(wall), Some(cpu), Some(peak)]) = (ours, figures) {
            row.push(format!("{:.3} s", wall.median));
            row.push(ratio(wall, ours));
            row.push(format!("{:.0}", work.amount / wall.median));
            row.push(format!("{:.2} s", cpu.median));
            row.push(format!("{:.0} MiB", peak.median));
            let also = Figure::of(&entry.runs, |run| run.also);
            row.extend(also.map(|also| also.median.to_string()));
        } else {
            row.extend(entry.missing.clone());
        }
        row.resize(rows[0].len(), String::new());
        rows.push(row);
    }
    rows
}

fn by_rate(spec: &Spec, entries: &[Entry]) -> Vec<Vec<String>> {
    let mut head = vec![spec.unit.clone()];
    head.extend(entries.iter().map(|entry| entry.name.to_owned()));
    let mut rows = vec![head];
    for (name, figures) in compared(spec, entries) {
        let mut row = vec![name];
        for (figure, entry) in figures.iter().zip(entries) {
            row.push(match (figure, figures[0]) {
                (Some(figure), Some(ours)) if row.len() > 1 => {
                    format!("{} ({})", short(figure.median), ratio(ours, *figure))
                }
                (Some(figure), _) => short(figure.median),
                (None, _) => entry.missing.clone().unwrap_or("-".to_owned()),
            });
        }
        rows.push(row);
    }
    rows
}

/// Returns how many times as large one is as the other.
fn ratio(one: Figure, other: Figure) -> String {
    let is_same = one.median.total_cmp(&other.median).is_eq();
    let is_noise = one.overlaps(other) && !is_same;
    let noise = if is_noise { ", within noise" } else { "" };
    format!("{:.2} x{noise}", one.median / other.median)
}

fn short(number: f64) -> String {
    let digits = if number >= 100.0 { 0 } else { 2 };
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
    Ok(fs::write(
        spec.benches().with_file_name("README.md"),
        readme,
    )?)
}
