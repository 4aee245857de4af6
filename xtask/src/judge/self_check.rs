//! Who checks the checker: lines are changed in memory, and the comparison has to notice each change.
//!
//! What is changed is the output of a run that passed. It equals the golden file but for what is redacted, and a
//! redaction that swallows too much shows only on real text: a golden file holds the placeholder already.

use crate::judge::compare::{Order, Rules};

/// As many lines as are tried; the comparison of a long text with itself takes its time.
const MOST_LINES: usize = 200;

/// The changes to `output` that the comparison does not notice, as a person would call them.
pub fn blind_spots(rules: &Rules, output: &[u8]) -> Vec<String> {
    let lines: Vec<_> = output.split_inclusive(|byte| *byte == b'\n').collect();
    let original = rules.normalise(output);
    let mut blind = Vec::new();
    for index in 0..lines.len().min(MOST_LINES) {
        let (before, line, after) = (
            lines[..index].concat(),
            lines[index],
            lines[index + 1..].concat(),
        );
        let mut try_with = |what: &str, changed: &[u8]| {
            let changed = [&before, changed, &after].concat();
            if changed != output && rules.normalise(&changed) == original {
                blind.push(format!("line {} {what}", index + 1));
            }
        };
        try_with("is missing", b"");
        try_with("is there twice", &line.repeat(2));
        let letters = line.trim_ascii_end().len();
        for place in [0, letters / 2, letters.saturating_sub(1)] {
            let mut changed = line.to_vec();
            if let Some(byte) = changed.get_mut(place).filter(|byte| **byte != b'\n') {
                *byte = if *byte == b'~' { b'!' } else { b'~' };
                try_with(&format!("has another character at {}", place + 1), &changed);
            }
        }
        // Where a case declares that order does not count, it is not missed.
        if let (Order::Exact, Some(next)) = (
            &rules.order,
            lines.get(index + 1).filter(|next| next.ends_with(b"\n")),
        ) {
            let after = lines[index + 2..].concat();
            let swapped = [&before, *next, line, &after].concat();
            if swapped != output && rules.normalise(&swapped) == original {
                blind.push(format!("line {} changes places with the next", index + 1));
            }
        }
    }
    blind.dedup();
    blind
}
