//! Plain English: comments, documentation and READMEs are read by people who come from Node.

use super::{Findings, Tree};
use crate::cases::regex;

/// Words and turns that a maintainer of tokio would not write.
const PRIVATE: &str = r"\b(whoever|somebody|nobody|somewhat of|is none|are none|stops to|so many|the like|to be had|wherein|thereof|whatever is)\b";

/// Counts the lines of each crate that have one, in comments of `src/` and `examples/` and in the texts.
///
/// The root manifest says how many a crate still has, in `[workspace.metadata.private-words]`. A number only goes down.
pub fn plain_english(tree: &Tree, found: &mut Findings) {
    // One for each line: it takes the rest of the line as well.
    let in_comments = regex(&format!(r"(?mi)^.*//.*{PRIVATE}.*$"));
    let anywhere = regex(&format!(r"(?mi)^.*{PRIVATE}.*$"));
    for topic in tree.manifests.keys() {
        let mut places = Vec::new();
        for (folder, end, pattern) in [
            ("src/", ".rs", &in_comments),
            ("examples/", ".rs", &in_comments),
            ("", ".md", &anywhere),
        ] {
            for (file, text) in tree.below(&format!("{topic}/{folder}"), end) {
                places.extend(super::places(pattern, text).map(|(line, _)| (file, line)));
            }
        }
        let ceilings = &tree.workspace.metadata.private_words;
        let (count, ceiling) = (places.len(), ceilings.get(topic).copied().unwrap_or(0));
        let what = format!("{topic} has become better");
        let fix = format!("lower its number to {count}");
        found.require(count >= ceiling, "Cargo.toml", what, fix);
        for (file, line) in places.into_iter().filter(|_| count > ceiling) {
            let counts = format!("{topic} has {count} of them, {ceiling} is the most");
            let what = format!("a private turn of words: {counts}");
            found.add(file, line, what, "say it in plain English: who does what");
        }
    }
}
