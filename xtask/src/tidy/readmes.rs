//! Rules for what people read: its sections, and where its links lead.

use regex_lite::Regex;

use super::{Finding, Tree, resolve};

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

/// All crates have one shape.
pub fn sections(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in tree.topics() {
        let file = format!("{topic}/README.md");
        let mut last = 0;
        let is_new = tree.has_moved(topic);
        for section in SECTIONS
            .into_iter()
            .filter(|section| is_new || *section != "## Install it")
        {
            // A heading inside a block of code is none.
            let mut is_code = false;
            let mut lines = tree.text(&file).lines().skip(last);
            let is_it = |line: &str| {
                is_code ^= line.starts_with("```");
                !is_code && line == section
            };
            if let Some(place) = lines.position(is_it) {
                last += place;
            } else {
                let what = format!("`{section}` is missing or out of order");
                findings.push(Finding::new(&file, last + 1, what, "write it here"));
            }
        }
    }
    findings
}

/// The first thing that a reader sees is a program, and it is a doc test.
pub fn rust_program(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in tree.moved_topics() {
        let readme = format!("{topic}/README.md");
        let place = tree
            .text(&readme)
            .lines()
            .position(|line| line.starts_with("```rust"));
        if place.is_none_or(|line| line > 40) {
            findings.push(Finding::new(
                &readme,
                1,
                "its first screen has no Rust program",
                "write ten lines of ```rust",
            ));
        }
        let is_tested = tree
            .below(&format!("{topic}/src/"), ".rs")
            .iter()
            .any(|(_, text)| text.contains("README.md\")"));
        if !is_tested {
            findings.push(Finding::new(
                &readme,
                1,
                "its programs are no doc tests",
                "include it under #[cfg(doctest)] in lib.rs",
            ));
        }
    }
    findings
}

/// A link leads somewhere, and in a crate not out of it.
pub fn links(tree: &Tree) -> Vec<Finding> {
    let link = r#"(?:\]\(|\b(?:src|srcset|href)="|^\[[^\]]+\]:\s+)([^)"\s#]+)"#;
    let link = Regex::new(link).expect("a valid pattern");
    let mut findings = Vec::new();
    for (file, text) in tree.below("", ".md") {
        let home = file.split('/').next().unwrap_or_default().to_owned();
        let travels = tree.topics().any(|topic| *topic == home);
        let mut is_code = false;
        for (index, line) in text.lines().enumerate() {
            is_code ^= line.starts_with("```");
            let targets = link.captures_iter(line).map(|found| found[1].to_owned());
            for target in targets.filter(|target| !is_code && !target.contains(':')) {
                let path = resolve(file, &target).unwrap_or_default();
                if travels && !path.starts_with(&format!("{home}/")) {
                    let what = format!("{target} is above the crate's folder");
                    findings.push(Finding::new(file, index + 1, what, "say it without a link"));
                } else if !tree.has(&path) {
                    let what = format!("{target} is not there");
                    findings.push(Finding::new(
                        file,
                        index + 1,
                        what,
                        "fix or remove the link",
                    ));
                }
            }
        }
    }
    findings
}

/// Every line of the notes leads to a lesson. Whether it is there is the rule above.
pub fn notes_table(tree: &Tree) -> Vec<Finding> {
    let (mut findings, mut rows, mut is_here) = (Vec::new(), 0, false);
    for (index, line) in tree.text("README.md").lines().enumerate() {
        if line.starts_with("## ") {
            is_here = line == NOTES;
        }
        rows += usize::from(is_here && line.starts_with('|'));
        // The first two rows are the head of the table.
        let is_row = rows > 2 && is_here && line.starts_with('|');
        if is_row && !line.contains("/src/tour/") && !line.contains("/examples/") {
            let what = "this line of the notes leads to no lesson";
            findings.push(Finding::new("README.md", index + 1, what, "link one"));
        }
    }
    if rows < 3 {
        let what = format!("the table below `{NOTES}` is missing");
        findings.push(Finding::new("README.md", 1, what, "write it"));
    }
    findings
}
