//! Rules for files: where they are, what they lean on, and how they begin.

use std::collections::BTreeSet;

use super::{Findings, Tree, deviations, is_outside, places, top_folder};
use crate::cases::regex;
use fs_err as fs;

/// What may stand at the top besides the members.
const TOP: &str =
    "Cargo.toml Cargo.lock README.md CONTRIBUTING.md LICENSE .gitignore .cargo .ci .github";

/// Looks for the top level to hold the members and little else.
pub fn top_level(tree: &Tree, found: &mut Findings) {
    let members = tree.workspace.members.iter().map(String::as_str);
    let mut known: BTreeSet<_> = TOP.split(' ').chain(members).collect();
    for path in tree.files.keys() {
        let (name, mut fix) = (top_folder(path), "put it into a crate");
        if tree.manifests.contains_key(name) {
            fix = "name it in `members`";
        }
        // Once for all that is in a folder.
        if known.insert(name) {
            let what = format!("`{name}` does not belong to the top level");
            found.add(path, 1, what, fix);
        }
    }
}

/// Looks for the licence in each crate, so that it comes along.
pub fn licence(tree: &Tree, found: &mut Findings) {
    for topic in tree.topics() {
        let file = format!("{topic}/LICENSE");
        let is_copy = tree.text(&file) == tree.text("LICENSE");
        let what = "it is not the licence of the root";
        found.require(is_copy, &file, what, "copy it");
    }
}

/// Compares the tests that replay lessons: if you have read one, you have read all.
pub fn golden_test(tree: &Tree, found: &mut Findings) {
    let mut files = Vec::new();
    for topic in tree.topics() {
        let file = format!("{topic}/tests/golden.rs");
        let fix = "copy that of another crate";
        found.require(tree.has(&file), &file, "it is missing", fix);
        let text = tree.text(&file);
        files.push((file, text));
    }
    files.retain(|(file, _)| tree.has(file));
    for (file, fix) in deviations(&files) {
        found.add(file, 1, "it is not what stands in the other crates", fix);
    }
}

/// Looks for an opening comment: there a reader decides whether it is the right file.
pub fn opening_words(tree: &Tree, found: &mut Findings) {
    let fix = "begin with `//!`: what Node has, what stands for it here";
    for (file, text) in tree.in_crates("src/", ".rs") {
        let is_told = text.starts_with("//!");
        found.require(is_told, file, "it does not say what it is about", fix);
    }
}

/// Refuses files above the folder, which a copy lacks.
pub fn above(tree: &Tree, found: &mut Findings) {
    let fix = "put the file into the crate";
    let from_file = regex(r#"(?:include(?:_str|_bytes)?!|#\[path)[^";]*"([^"]*)""#);
    let from_crate = regex(r#"CARGO_MANIFEST_DIR"[^";]*"/?([^"]*\.\.[^"]*)""#);
    let topics = tree.topics().map(|topic| format!("{topic}/"));
    for (file, text) in topics.flat_map(|start| tree.below(&start, "")) {
        let manifest = format!("{}/Cargo.toml", top_folder(file));
        for (pattern, from) in [(&from_file, file), (&from_crate, &manifest)] {
            for (line, groups) in places(pattern, text).filter(|_| file.ends_with(".rs")) {
                let path = &groups[1];
                if is_outside(from, path) {
                    let what = format!("{path} is above the crate's folder");
                    found.add(file, line, what, fix);
                }
            }
        }
        if let Ok(path) = fs::read_link(tree.root.join(file)) {
            let path = path.to_string_lossy();
            let what = format!("the link leads out of the crate, to {path}");
            found.require(!is_outside(file, &path), file, what, fix);
        }
    }
}

/// Refuses guesses where executables are: a copy has another target folder.
pub fn executables(tree: &Tree, found: &mut Findings) {
    let mut files = tree.in_crates("", ".rs");
    files.retain(|(file, _)| top_folder(file) != "xtask");
    let pattern = r#"(?m)^(?:[^/\n]|/[^/\n])*"[^"\n]*target/(?:debug|release)"#;
    let what = "the folder of executables is guessed, and CARGO_TARGET_DIR refutes it";
    found.lines(&files, pattern, what, "use env!(\"CARGO_BIN_EXE_...\")");
}

/// Refuses `unwrap`: a panic without a reason helps no reader.
pub fn no_unwrap(tree: &Tree, found: &mut Findings) {
    let mut files = tree.in_crates("src/", ".rs");
    let tests = regex(r"#\[cfg\(test\)\]\s*mod \w+ \{");
    for (_, text) in &mut files {
        // Tests are at the end of a file, if at all.
        let end = tests.find(text).map_or(text.len(), |found| found.start());
        *text = &text[..end];
    }
    let what = "unwrap does not say why it cannot fail";
    let fix = "use `?`, or expect(\"the invariant that holds\")";
    found.lines(&files, r"(?m)^(?:[^/\n]|/[^/\n])*\.unwrap\(\)", what, fix);
}

/// Refuses paths of one machine: they lead nowhere on another.
pub fn machine_paths(tree: &Tree, found: &mut Findings) {
    let pattern = r#"(?m)(?:^|[\s"'`(=:/])/(?:home|root|work|Users)/\w"#;
    let what = "a path that only one machine has";
    let fix = "use a relative path or a variable";
    found.lines(&tree.below("", ""), pattern, what, fix);
}
