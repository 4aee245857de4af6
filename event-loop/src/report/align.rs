//! Where each step of each run stands on the axis: the same printed line at the same place, so that one sees what differs between.

use crate::trace::{StepKind, Trace};

/// The places of all steps.
pub struct Order {
    /// For each run, the column of each step.
    pub columns: Vec<Vec<usize>>,
    /// How many printed lines all runs have in common from the beginning.
    pub agreed: usize,
    pub width: usize,
}

/// Sets runs beside each other.
pub fn order(runs: &[Trace]) -> Order {
    let printed: Vec<Vec<(usize, &str)>> = runs.iter().map(printed).collect();
    let agreed = agreed(&printed);
    let mut columns = vec![Vec::new(); runs.len()];
    let mut begin = 0;
    for line in 0..=agreed {
        // What each does up to the next line that they have in common, or to its end.
        let until = |one: usize| match printed[one].get(line) {
            Some((step, _)) if line < agreed => *step,
            _ => runs[one].steps.len(),
        };
        let lengths = (0..runs.len()).map(|one| until(one) - columns[one].len());
        let lengths: Vec<usize> = lengths.collect();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        for (one, length) in lengths.into_iter().enumerate() {
            // What leads to a line stands close to it; what follows the last one, close to that.
            let gap = if line < agreed { longest - length } else { 0 };
            columns[one].extend((0..length).map(|step| begin + gap + step));
            if line < agreed {
                columns[one].push(begin + longest);
            }
        }
        begin += longest + 1;
    }
    let last = columns.iter().filter_map(|columns| columns.last());
    let width = last.max().map_or(0, |last| last + 1);
    Order {
        columns,
        agreed,
        width,
    }
}

/// The steps at which a run prints, and what.
pub fn printed(run: &Trace) -> Vec<(usize, &str)> {
    let steps = run.steps.iter().enumerate();
    let printed = steps.filter_map(|(index, step)| match &step.does {
        StepKind::Prints(text) => Some((index, text.as_str())),
        _ => None,
    });
    printed.collect()
}

fn agreed(printed: &[Vec<(usize, &str)>]) -> usize {
    let same = |line: &usize| {
        let mut texts = printed
            .iter()
            .map(|lines| lines.get(*line).map(|(_, text)| text));
        let first = texts.next().flatten();
        first.is_some() && texts.all(|text| text == first)
    };
    (0..).take_while(same).count()
}
