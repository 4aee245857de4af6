//! Rules for lessons: each is a triple, its two programs stand beside each other, and a copied crate proves them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Tree, odd_ones};

/// What both sides may have at most: they are read side by side.
const COLUMNS: usize = 100;
/// The length of the Rust side in lengths of the Node side: in the median of a crate, and without a reason.
const MEDIAN: f64 = 1.2;
const MOST: f64 = 1.6;
/// Opens the line of a lesson's comment that gives the reason.
const REASON: &str = "//! Longer than the Node program";

/// The lessons of a crate: for each, its files by extension.
fn lessons<'a>(tree: &'a Tree, topic: &str) -> BTreeMap<&'a str, BTreeMap<&'a str, &'a str>> {
    let folder = format!("{topic}/examples/");
    let mut lessons: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (file, text) in tree.below(&folder, "") {
        let name = &file[folder.len()..];
        if let Some((name, end)) = name.rsplit_once('.').filter(|_| !name.contains('/')) {
            lessons.entry(name).or_default().insert(end, text);
        }
    }
    lessons
}

/// A lesson has a Rust side, a Node side, a transcript, a place in the tour and a link in the README.
pub fn whole(tree: &Tree) -> Vec<Finding> {
    let (mut findings, mut owners) = (Vec::new(), BTreeMap::new());
    for topic in tree.moved_topics() {
        let (tour, readme) = (format!("{topic}/src/tour.rs"), format!("{topic}/README.md"));
        for (name, files) in lessons(tree, topic) {
            let file = format!("{topic}/examples/{name}");
            let is_listed = tree
                .text(&tour)
                .contains(&format!("\"../examples/{name}.rs\""));
            let is_linked = tree.text(&readme).contains(&format!("examples/{name}.rs)"));
            let bless = format!("`cargo xtask bless {topic}/{name}` writes it");
            for (is_there, place, what, fix) in [
                (
                    files.contains_key("rs"),
                    format!("{file}.rs"),
                    "Rust side",
                    "write the Rust program",
                ),
                (
                    files.contains_key("mjs"),
                    format!("{file}.mjs"),
                    "Node side",
                    "write the Node program",
                ),
                (
                    files.contains_key("out"),
                    format!("{file}.out"),
                    "golden file",
                    &*bless,
                ),
                (
                    is_listed,
                    tour.clone(),
                    "place in the tour",
                    "add it to the modules and the table there",
                ),
                (
                    is_linked,
                    readme.clone(),
                    "link in the README",
                    "link its .rs there",
                ),
            ] {
                if !is_there {
                    findings.push(Finding::new(
                        &place,
                        1,
                        format!("the lesson `{name}` has no {what}"),
                        fix,
                    ));
                }
            }
            let owner = owners.entry(name).or_insert(topic);
            if *owner != topic {
                let what = format!(
                    "`{name}` is a lesson of {owner} too, and cargo puts all examples into one folder"
                );
                findings.push(Finding::new(
                    &format!("{file}.rs"),
                    1,
                    what,
                    "rename one of them",
                ));
            }
        }
    }
    findings
}

/// The Rust side is about as long as the Node side, and both fit beside each other.
pub fn beside_node(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in tree.moved_topics() {
        let mut ratios = Vec::new();
        for (name, files) in lessons(tree, topic) {
            for end in ["rs", "mjs"] {
                let lines = files
                    .get(end)
                    .into_iter()
                    .flat_map(|text| text.lines())
                    .enumerate();
                for (index, _) in lines.filter(|(_, line)| line.chars().count() > COLUMNS) {
                    let what = format!("a lesson has at most {COLUMNS} columns");
                    findings.push(Finding::new(
                        &format!("{topic}/examples/{name}.{end}"),
                        index + 1,
                        what,
                        "break the line",
                    ));
                }
            }
            if let (Some(rust), Some(node)) = (files.get("rs"), files.get("mjs")) {
                #[expect(clippy::cast_precision_loss, reason = "the length of a short program")]
                let ratio = code(rust) as f64 / code(node).max(1) as f64;
                ratios.push(ratio);
                if ratio > MOST && !rust.contains(REASON) {
                    let what = format!(
                        "the Rust side is {ratio:.2} times as long as the Node side, {MOST} is the most"
                    );
                    let fix = format!("shorten it, or give the reason in a line `{REASON}: ...`");
                    findings.push(Finding::new(
                        &format!("{topic}/examples/{name}.rs"),
                        1,
                        what,
                        fix,
                    ));
                }
            }
        }
        ratios.sort_by(f64::total_cmp);
        let last = ratios.len().saturating_sub(1);
        let middle = |index: usize| ratios.get(index).copied().unwrap_or_default();
        // Of an even number, the middle of the two in the middle.
        let median = f64::midpoint(middle(last / 2), middle(last.div_ceil(2)));
        if median > MEDIAN {
            let what = format!(
                "in the median, a lesson is {median:.2} times as long as its Node side, {MEDIAN} is the most"
            );
            findings.push(Finding::new(
                &format!("{topic}/examples"),
                1,
                what,
                "shorten the longest",
            ));
        }
    }
    findings
}

/// Counts the characters of a program without blanks, comments, imports and the line of `main`.
fn code(text: &str) -> usize {
    let mut in_import = false;
    let mut count = 0;
    for line in text.lines().map(str::trim) {
        in_import |= line.starts_with("use ") || line.starts_with("import ");
        let is_frame =
            line.starts_with("//") || line.starts_with("#[") || line.contains("fn main(");
        if !in_import && !is_frame {
            count += line
                .chars()
                .filter(|letter| !letter.is_whitespace())
                .count();
        }
        in_import &= !line.ends_with(';');
    }
    count
}

/// The test that replays lessons is the same everywhere: who has read one has read all.
pub fn one_golden_test(tree: &Tree) -> Vec<Finding> {
    let (mut findings, mut files) = (Vec::new(), Vec::new());
    for file in tree
        .topics()
        .map(|topic| format!("{topic}/tests/golden.rs"))
    {
        if tree.has(&file) {
            files.push((file.clone(), tree.text(&file)));
        } else {
            findings.push(Finding::new(
                &file,
                1,
                "it is missing",
                "copy that of another crate",
            ));
        }
    }
    let what = "it is not what stands in the other crates";
    findings.extend(
        odd_ones(&files)
            .into_iter()
            .map(|(file, fix)| Finding::new(file, 1, what, fix)),
    );
    findings
}

/// Pictures are shown, and a figure is there once a README has a place for it.
pub fn nothing_empty(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let has_moved = |file: &str| {
        let topic = file.split('/').next().unwrap_or_default();
        tree.topics().all(|other| other != topic) || tree.has_moved(topic)
    };
    let texts = tree.below("", ".md");
    let shown: BTreeSet<&str> = texts
        .iter()
        .flat_map(|(_, text)| text.split(['(', ')', '"', ' ']))
        .collect();
    for (file, _) in [tree.below("", ".svg"), tree.below("", ".png")].concat() {
        if !has_moved(file) {
            continue;
        }
        if !shown
            .iter()
            .any(|shown| *shown == file || file.ends_with(&format!("/{shown}")))
        {
            findings.push(Finding::new(
                file,
                1,
                "no text shows this picture",
                "show it or delete it",
            ));
        }
    }
    for (file, text) in texts {
        for (index, pair) in text.lines().collect::<Vec<_>>().windows(2).enumerate() {
            if has_moved(file)
                && pair[0].starts_with("<!-- bench:")
                && pair[1].starts_with("<!-- /bench:")
            {
                let fix = "`cargo xtask bench --write` fills it; or remove the place";
                findings.push(Finding::new(file, index + 1, "an empty figure", fix));
            }
        }
    }
    findings
}
