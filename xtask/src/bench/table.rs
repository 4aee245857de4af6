//! Figures for people: medians, ratios to ours, and what is within noise; losses as plainly as wins.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Entry;
use super::plan::Spec;
use crate::run::node::Node;

/// A figure over all rounds.
#[derive(Clone, Copy)]
pub struct Figure {
    pub median: f64,
    low: f64,
    high: f64,
}

impl Figure {
    /// Median and quartiles; nothing of nothing.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(Self {
            // Of an even number, the middle of the two in the middle.
            median: f64::midpoint(values[last / 2], values[last.div_ceil(2)]),
            low: values[last / 4],
            high: values[last - last / 4],
        })
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// The rates of a bench by name, in the order in which ours prints them.
pub fn rates(entries: &[Entry]) -> Vec<(String, Vec<Option<Figure>>)> {
    let names = entries[0]
        .runs()
        .first()
        .map(|run| run.rates.iter().map(|(name, _)| name.clone()));
    let of = |entry: &Entry, name: &str| {
        let values = entry
            .runs()
            .iter()
            .flat_map(|run| &run.rates)
            .filter(|(other, _)| other == name)
            .map(|(_, rate)| *rate);
        Figure::of(values)
    };
    names
        .into_iter()
        .flatten()
        .map(|name| {
            let figures = entries.iter().map(|entry| of(entry, &name)).collect();
            (name, figures)
        })
        .collect()
}

/// The table, and under it how it came about.
pub fn markdown(spec: &Spec, entries: &[Entry], node: &Node, rounds: u32) -> String {
    let table = if spec.work.is_some() {
        by_contender(spec, entries)
    } else {
        by_rate(spec, entries)
    };
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("?", |(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let times = if rounds == 1 {
        "one round".to_owned()
    } else {
        format!("medians of {rounds} interleaved rounds")
    };
    format!(
        "{}\n\n{table}\n{cpu}, {cores} cores, {}; {times}. `cargo xtask bench {}`\n",
        spec.title, node.says, spec.id
    )
}

fn by_contender(spec: &Spec, entries: &[Entry]) -> String {
    let Some(work) = &spec.work else {
        return String::new();
    };
    let also = spec.also.as_ref().map_or("", |also| also.name.as_str());
    let (head, rule) = if also.is_empty() {
        (String::new(), "")
    } else {
        (format!(" {also} |"), "---:|")
    };
    let mut text = format!(
        "| | time | to ours | {}/s | CPU | peak memory |{head}\n|---|---:|---:|---:|---:|---:|{rule}\n",
        work.of
    );
    let ours = Figure::of(entries[0].runs().iter().map(|run| run.wall.as_secs_f64()));
    for entry in entries {
        let name = cell(&entry.contender.name);
        let figure = |of: fn(&super::Run) -> f64| Figure::of(entry.runs().iter().map(of));
        let (Some(ours), Some(wall), Some(cpu), Some(peak)) = (
            ours,
            figure(|run| run.wall.as_secs_f64()),
            figure(|run| run.usage.cpu.as_secs_f64()),
            figure(super::Run::peak_mib),
        ) else {
            let why = entry.outcome.as_ref().err().map_or("", String::as_str);
            let _ = writeln!(
                text,
                "| {name} | {why} | | | | |{}",
                if also.is_empty() { "" } else { " |" }
            );
            continue;
        };
        let _ = write!(
            text,
            "| {name} | {:.3} s | {} | {:.0} | {:.2} s | {:.0} MiB |",
            wall.median,
            ratio(wall, ours),
            work.amount / wall.median,
            cpu.median,
            peak.median
        );
        if let Some(also) = Figure::of(entry.runs().iter().filter_map(|run| run.also)) {
            let _ = write!(text, " {} |", also.median);
        }
        text.push('\n');
    }
    text
}

fn by_rate(spec: &Spec, entries: &[Entry]) -> String {
    let names: Vec<_> = entries
        .iter()
        .map(|entry| cell(&entry.contender.name))
        .collect();
    let mut text = format!(
        "| {} | {} |\n|---|{}\n",
        spec.unit,
        names.join(" | "),
        "---:|".repeat(names.len())
    );
    for (name, figures) in rates(entries) {
        let _ = write!(text, "| {} |", cell(&name));
        for (index, figure) in figures.iter().enumerate() {
            let _ = match (figure, figures[0]) {
                (Some(figure), Some(ours)) if index > 0 => write!(
                    text,
                    " {} ({}) |",
                    short(figure.median),
                    ratio(ours, *figure)
                ),
                (Some(figure), _) => write!(text, " {} |", short(figure.median)),
                (None, _) => write!(
                    text,
                    " {} |",
                    entries[index]
                        .outcome
                        .as_ref()
                        .err()
                        .map_or("-", String::as_str)
                ),
            };
        }
        text.push('\n');
    }
    text
}

/// How many times as large one is as the other.
fn ratio(one: Figure, other: Figure) -> String {
    let noise = if one.overlaps(other) && one.median.total_cmp(&other.median).is_ne() {
        ", within noise"
    } else {
        ""
    };
    format!("{:.2} x{noise}", one.median / other.median)
}

fn short(number: f64) -> String {
    if number >= 100.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    }
}

/// A name that may stand in a table.
fn cell(name: &str) -> String {
    name.replace('|', "\\|")
}

/// Who was there.
pub fn attendance(entries: &[Entry]) -> String {
    let one = |entry: &Entry| match &entry.outcome {
        Ok(_) => entry.contender.name.clone(),
        Err(why) => format!("{} ({why})", entry.contender.name),
    };
    entries.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A README and where in it the table of a bench belongs.
pub struct Place {
    file: PathBuf,
    before: String,
    after: String,
}

impl Place {
    /// Finds the markers of the bench in its crate's README.
    pub fn find(spec: &Spec) -> Result<Self> {
        let folder = spec
            .file
            .parent()
            .and_then(Path::parent)
            .context("a bench lies in CRATE/benches")?;
        let file = folder.join("README.md");
        let readme = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let name = spec.name();
        let (open, close) = (
            format!("<!-- bench:{name} -->\n"),
            format!("<!-- /bench:{name} -->"),
        );
        let parts = readme.split_once(&open).and_then(|(before, rest)| {
            let (_, after) = rest.split_once(&close)?;
            Some((format!("{before}{open}"), format!("{close}{after}")))
        });
        let (before, after) = parts.with_context(|| {
            format!(
                "{}: no lines {open:?} and {close:?} to write between",
                file.display()
            )
        })?;
        Ok(Self {
            file,
            before,
            after,
        })
    }

    /// Puts the table there, and a picture of it, if there is one.
    pub fn fill(&self, spec: &Spec, table: &str, chart: Option<&str>) -> Result<()> {
        let name = spec.name();
        let mut picture = String::new();
        if let Some(chart) = chart {
            fs::write(spec.file.with_extension("svg"), chart)?;
            picture = format!("\n![{}](benches/{name}.svg)\n", spec.title);
        }
        let text = format!("{}{table}{picture}{}", self.before, self.after);
        fs::write(&self.file, text).with_context(|| self.file.display().to_string())
    }
}

/// Every run of every contender.
pub fn json(spec: &Spec, entries: &[Entry]) -> Value {
    let run = |run: &super::Run| json!({ "wall": run.wall.as_secs_f64(), "cpu": run.usage.cpu.as_secs_f64(), "peak_mib": run.peak_mib(), "also": run.also, "rates": run.rates });
    let entry = |entry: &Entry| {
        json!({
            "name": entry.contender.name,
            "missing": entry.outcome.as_ref().err(),
            "runs": entry.runs().iter().map(run).collect::<Vec<_>>(),
        })
    };
    json!({ "id": spec.id, "title": spec.title, "contenders": entries.iter().map(entry).collect::<Vec<_>>() })
}
