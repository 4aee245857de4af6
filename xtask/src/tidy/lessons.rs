//! Rules for lessons: each has its four parts, and a copied crate proves them.

use std::collections::BTreeMap;

use super::{Finding, Tree};

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
        for (file, _) in tree.below(&golden, ".mjs") {
            let stem = file[golden.len()..].trim_end_matches(".mjs");
            let (_, name) = stem.split_once('-').unwrap_or_default();
            lessons.insert(name.to_owned(), stem.to_owned());
        }
        lessons.retain(|name, stem| !name.contains('/') && !stem.contains('/'));
        for (name, stem) in lessons {
            let link = format!("src/tour/{}.rs)", name.replace('-', "_"));
            let file = format!("{topic}/{}", link.trim_end_matches(')'));
            let [twin, output] = ["mjs", "out"].map(|end| format!("{golden}{stem}.{end}"));
            let bless = format!("`cargo xtask bless {topic}/{name}` writes it");
            let is_linked = tree.text(&readme).contains(&link);
            for (is_there, file, what, mend) in [
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
                    findings.push(Finding::new(file, 1, what, mend));
                }
            }
        }
    }
    findings
}

pub fn one_golden_test(tree: &Tree) -> Vec<Finding> {
    let files: Vec<_> = tree
        .topics()
        .map(|topic| format!("{topic}/tests/golden.rs"))
        .collect();
    let mut findings = Vec::new();
    for file in &files {
        let model = files.iter().find(|file| tree.has(file)).unwrap_or(file);
        let lines = tree.text(model).lines().zip(tree.text(file).lines());
        let line = lines.take_while(|(model, here)| model == here).count() + 1;
        if !tree.has(file) || tree.text(file) != tree.text(model) {
            let what = format!("it is missing, or is not {model}");
            findings.push(Finding::new(
                file,
                line,
                what,
                format!("`cp {model} {file}`"),
            ));
        }
    }
    findings
}
