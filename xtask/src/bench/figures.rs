//! Figures over all rounds: medians, and what is within noise.

use super::measure::Entry;

/// A figure over all rounds.
#[derive(Clone, Copy)]
pub struct Figure {
    pub median: f64,
    low: f64,
    high: f64,
}

impl Figure {
    /// Returns median and quartiles; nothing of nothing.
    pub fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.collect();
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

/// Returns what a bench compares, by the names that ours has, with a figure for each contender.
pub fn compared(entries: &[Entry]) -> Vec<(String, Vec<Option<Figure>>)> {
    let first = entries[0].runs.first();
    let names = first.map_or(&[][..], |run| &run.figures).iter();
    let compared = names.map(|(name, _)| {
        let figure = |entry: &Entry| {
            let all = entry.runs.iter().flat_map(|run| &run.figures);
            let named = all.filter(|(other, _)| other == name);
            Figure::of(named.map(|(_, value)| *value))
        };
        (name.clone(), entries.iter().map(figure).collect())
    });
    compared.collect()
}
