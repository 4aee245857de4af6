//! Rules for lessons: each has its four parts, and a copied crate proves them.

use std::collections::BTreeMap;

use super::{Finding, Tree, odd_ones};

/// A lesson has a Rust side, a Node side, a transcript and a line in the README: without one of them it proves nothing.
pub fn whole(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for topic in tree.topics() {
        let (tour, golden) = (format!("{topic}/src/tour/"), format!("{topic}/golden/"));
        let readme = format!("{topic}/README.md");
        // Lessons by name, each with the stem of its twin.
        let mut lessons = BTreeMap::new();
        for (file, _) in tree.below(&tour, ".rs") {
            let name = file[tour.len()..].trim_end_matches(".rs").replace('_', "-");
            lessons.insert(name.clone(), format!("NN-{name}"));
        }
        for end in [".out", ".mjs"] {
            for (file, _) in tree.below(&golden, end) {
                let stem = file[golden.len()..].trim_end_matches(end);
                let number = stem
                    .split_once('-')
                    .filter(|(number, _)| number.parse::<u32>().is_ok());
                match number {
                    // A golden file of a tool's case is no lesson.
                    Some((_, name)) if end == ".mjs" || lessons.contains_key(name) => {
                        lessons.insert(name.to_owned(), stem.to_owned());
                    }
                    None if end == ".mjs" && !stem.contains('/') => {
                        let fix = "call it NN-name.mjs, by its place in the tour";
                        findings.push(Finding::new(file, 1, "a twin without a number", fix));
                    }
                    _ => {}
                }
            }
        }
        lessons.retain(|name, stem| !name.contains('/') && !stem.contains('/'));
        for (name, stem) in lessons {
            let link = format!("src/tour/{}.rs)", name.replace('-', "_"));
            let file = format!("{topic}/{}", link.trim_end_matches(')'));
            let [twin, output] = ["mjs", "out"].map(|end| format!("{golden}{stem}.{end}"));
            let bless = format!("`cargo xtask bless {topic}/{name}` writes it");
            let is_linked = tree.text(&readme).contains(&link);
            for (is_there, file, what, fix) in [
                (
                    tree.has(&file),
                    &file,
                    "Rust side",
                    "write it, or remove its twin",
                ),
                (tree.has(&twin), &twin, "twin", "write the Node program"),
                (tree.has(&output), &output, "golden file", &bless),
                (
                    is_linked,
                    &readme,
                    "line in the table",
                    &format!("link ({link} there"),
                ),
            ] {
                if !is_there {
                    let what = format!("the lesson `{name}` has no {what}");
                    findings.push(Finding::new(file, 1, what, fix));
                }
            }
        }
    }
    findings
}

/// The test that replays lessons is the same everywhere, so that whoever has read one has read all.
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
    for (file, fix) in odd_ones(&files) {
        findings.push(Finding::new(
            file,
            1,
            "it is not what stands in the other crates",
            fix,
        ));
    }
    findings
}
