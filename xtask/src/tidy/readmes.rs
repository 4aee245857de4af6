//! Rules for what people read: its sections, its figures, and where its links lead.

use super::{Findings, Tree, is_outside, resolve, top_folder};
use crate::cases::regex;

/// The headings of a crate's README, in this order.
const SECTIONS: [&str; 6] = [
    "## What Node has, what stands here",
    "## Run it",
    "## Install it",
    "## Differences from Node",
    "## Copy it",
    "## Figures",
];
const NOTES: &str = "## From the notes to the lesson";

/// Returns the lines of a text that are in no block of code, counted from one.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    let lines = text.lines().enumerate();
    lines.filter_map(move |(index, line)| {
        is_code ^= line.starts_with("```");
        (!is_code).then_some((index + 1, line))
    })
}

/// Looks for the headings: all crates have one shape.
pub fn sections(tree: &Tree, found: &mut Findings) {
    for topic in tree.topics() {
        let file = format!("{topic}/README.md");
        let mut last = 1;
        for section in SECTIONS {
            let mut lines = prose(tree.text(&file)).skip_while(|(line, _)| *line < last);
            if let Some((line, _)) = lines.find(|(_, line)| *line == section) {
                last = line;
            } else {
                let what = format!("`{section}` is missing or out of order");
                found.add(&file, last, what, "write it here");
            }
        }
    }
}

/// Looks for a program on the first screen, and for the doc test that it is.
pub fn rust(tree: &Tree, found: &mut Findings) {
    for topic in tree.topics() {
        let readme = format!("{topic}/README.md");
        let mut first_screen = tree.text(&readme).lines().take(41);
        let is_shown = first_screen.any(|line| line.starts_with("```rust"));
        let what = "its first screen has no Rust program";
        found.require(is_shown, &readme, what, "write ten lines of ```rust");
        let sources = tree.below(&format!("{topic}/src/"), ".rs");
        let mut sources = sources.iter();
        let is_tested = sources.any(|(_, text)| text.contains("README.md\")"));
        let fix = "include it under #[cfg(doctest)] in lib.rs";
        found.require(is_tested, &readme, "its programs are no doc tests", fix);
    }
}

/// Follows links: each leads somewhere, and in a crate not out of it.
pub fn links(tree: &Tree, found: &mut Findings) {
    let link = regex(r#"(?:\]\(|\b(?:src|srcset|href)="|^\[[^\]]+\]:\s+)([^)"\s#]+)"#);
    for (file, text) in tree.below("", ".md") {
        let travels = tree.topics().any(|topic| topic == top_folder(file));
        for (number, line) in prose(text) {
            for groups in link.captures_iter(line) {
                let target = &groups[1];
                if target.contains(':') {
                    continue; // It leads to another site.
                }
                let is_there = tree.has(&resolve(file, target).to_string_lossy());
                if travels && is_outside(file, target) {
                    let what = format!("{target} is above the crate's folder");
                    found.add(file, number, what, "say it without a link");
                } else if !is_there {
                    let what = format!("{target} is not there");
                    found.add(file, number, what, "fix or remove the link");
                }
            }
        }
    }
}

/// Looks for a lesson in every line of the notes. Whether it is there is the rule above.
pub fn notes_table(tree: &Tree, found: &mut Findings) {
    let mut lines = prose(tree.text("README.md")).skip_while(|(_, line)| *line != NOTES);
    lines.next();
    let section = lines.take_while(|(_, line)| !line.starts_with("## "));
    let rows: Vec<_> = section.filter(|(_, line)| line.starts_with('|')).collect();
    // The first two rows are the head of the table.
    for (number, row) in rows.iter().skip(2) {
        if !row.contains("/examples/") {
            let what = "this line of the notes leads to no lesson";
            found.add("README.md", *number, what, "link one");
        }
    }
    let what = format!("the table below `{NOTES}` is missing");
    found.require(rows.len() > 2, "README.md", what, "write it");
}

/// Looks for pictures that nothing shows, and for places of figures without a figure.
pub fn nothing_empty(tree: &Tree, found: &mut Findings) {
    let texts = tree.below("", ".md");
    let mut shown = Vec::new();
    for (_, text) in &texts {
        shown.extend(text.split(['(', ')', '"', ' ']));
    }
    for (file, _) in [tree.below("", ".svg"), tree.below("", ".png")].concat() {
        let is_it = |shown: &&str| *shown == file || file.ends_with(&format!("/{shown}"));
        let is_shown = shown.iter().any(is_it);
        let what = "no text shows this picture";
        found.require(is_shown, file, what, "show it or delete it");
    }
    let empty = r"(?m)^(<!-- bench:.*)\n\s*<!-- /bench:";
    let fix = "`cargo xtask bench --write` fills it; or remove the place";
    found.lines(&texts, empty, "an empty figure", fix);
}
