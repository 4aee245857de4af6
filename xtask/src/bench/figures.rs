//! Figures over all rounds: medians, and what is within noise.

use super::measure::{Entry, Run};
use super::plan::Spec;

/// A figure over all rounds.
#[derive(Clone, Copy)]
pub struct Figure {
    pub median: f64,
    low: f64,
    high: f64,
}

impl Figure {
    /// Returns median and quartiles of what `value` finds in the runs; nothing of nothing.
    pub fn of(runs: &[Run], value: impl Fn(&Run) -> Option<f64>) -> Option<Self> {
        let mut values: Vec<f64> = runs.iter().filter_map(value).collect();
        values.sort_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(Self {
            // Of an even number, the middle of the two in the middle.
            median: f64::midpoint(values[last / 2], values[last.div_ceil(2)]),
            low: values[last / 4],
            high: values[last - last / 4],
        })
    }

    /// Returns whether the middle halves overlap, so that the difference may be chance.
    pub fn overlaps(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// Returns what a bench compares, by name, with a figure for each contender: the time, or the rates as ours prints them.
pub fn compared(spec: &Spec, entries: &[Entry]) -> Vec<(String, Vec<Option<Figure>>)> {
    if spec.work.is_some() {
        let time = |entry: &Entry| Figure::of(&entry.runs, |run| Some(run.wall));
        let times = entries.iter().map(time);
        return vec![("time".to_owned(), times.collect())];
    }
    let rates = entries[0].runs.first().map_or(&[][..], |run| &run.rates);
    let mut compared = Vec::new();
    for (name, _) in rates {
        let rate = |run: &Run| {
            let mut rates = run.rates.iter();
            let rate = rates.find(|(other, _)| other == name);
            rate.map(|(_, rate)| *rate)
        };
        let figures = entries.iter().map(|entry| Figure::of(&entry.runs, rate));
        compared.push((name.clone(), figures.collect()));
    }
    compared
}
