//! Plain English: comments, documentation and READMEs are read by people who come from Node.

use super::{Findings, Tree};

/// Words and turns that a maintainer of tokio would not write.
const PRIVATE: &str = r"\b(whoever|somebody|nobody|somewhat of|is none|are none|stops to|so many|the like|to be had|wherein|thereof|whatever is)\b";

/// Looks for lines that have one, in comments of `src/` and `examples/` and in every text.
pub fn plain_english(tree: &Tree, found: &mut Findings) {
    let what = "a private turn of words: $1";
    let fix = "say it in plain English: who does what";
    for (files, before) in [
        (tree.in_crates("src/", ".rs"), "//.*"),
        (tree.in_crates("examples/", ".rs"), "//.*"),
        (tree.below("", ".md"), ""),
    ] {
        // One for each line: it takes the rest of the line as well.
        let pattern = format!("(?mi)^.*{before}{PRIVATE}.*$");
        found.lines(&files, &pattern, what, fix);
    }
}
