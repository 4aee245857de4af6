//! The check of the checker: lines are changed in memory, and the comparison has to notice each change.
//!
//! What is changed is the output of a run that passed. It equals the golden file but for what is redacted, and a
//! redaction that swallows too much shows only on real text: a golden file holds the placeholder already.

use crate::cases::{Order, Rules};

/// As many lines as are tried; the comparison of a long text with itself takes its time.
const MOST_LINES: usize = 200;

/// Returns the changes to `output` that the comparison does not notice, as a person would call them.
pub fn blind_spots(rules: &Rules, output: &[u8]) -> Vec<String> {
    let lines: Vec<_> = output.split_inclusive(|byte| *byte == b'\n').collect();
    let original = rules.normalise(output);
    let mut blind = Vec::new();
    for (index, line) in lines.iter().enumerate().take(MOST_LINES) {
        // Puts something else in the place of this line, or of it and the next.
        let mut try_with = |what: &str, changed: &[u8], count: usize| {
            let (before, after) = (lines[..index].concat(), lines[index + count..].concat());
            let changed = [&before, changed, &after].concat();
            if changed != output && rules.normalise(&changed) == original {
                blind.push(format!("line {} {what}", index + 1));
            }
        };
        try_with("is missing", b"", 1);
        try_with("is there twice", &line.repeat(2), 1);
        let letters = line.trim_ascii_end().len();
        for place in [0, letters / 2, letters.saturating_sub(1)] {
            let mut changed = line.to_vec();
            if let Some(byte) = changed.get_mut(place).filter(|byte| **byte != b'\n') {
                *byte = if *byte == b'~' { b'!' } else { b'~' };
                let what = format!("has another character at {}", place + 1);
                try_with(&what, &changed, 1);
            }
        }
        // Where a case declares that order does not count, it is not missed.
        let next = lines.get(index + 1).filter(|next| next.ends_with(b"\n"));
        if let Some(next) = next.filter(|_| rules.order == Order::Exact) {
            let swapped = [*next, line].concat();
            try_with("changes places with the next", &swapped, 2);
        }
    }
    blind.dedup();
    blind
}
