//! Rules for what stands in the files, line by line.

use std::fs;

use regex_lite::Regex;

use super::{Finding, Tree, resolve};

/// A finding for each line that matches.
fn matching(
    files: &[(&str, &str)],
    hints: &[&str],
    pattern: &str,
    what: &str,
    fix: &str,
) -> Vec<Finding> {
    let pattern = Regex::new(pattern).expect("a valid pattern");
    let mut findings = Vec::new();
    for (file, text) in files {
        for (index, line) in text.lines().enumerate() {
            // Quicker than the pattern, which cannot match without.
            if hints.iter().any(|hint| line.contains(hint)) && pattern.is_match(line) {
                findings.push(Finding::new(file, index + 1, what, fix));
            }
        }
    }
    findings
}

/// What lies above the folder, a copy lacks.
pub fn nothing_above(tree: &Tree) -> Vec<Finding> {
    let fix = "put the file into the crate";
    let mut findings = Vec::new();
    let from_file = r#"(?:include(?:_str|_bytes)?!|#\[path)[^";]*"([^"]*)""#;
    let from_crate = r#"CARGO_MANIFEST_DIR"[^";]*"/?([^"]*\.\.[^"]*)""#;
    let [from_file, from_crate] =
        [from_file, from_crate].map(|pattern| Regex::new(pattern).expect("a valid pattern"));
    for topic in tree.topics() {
        let is_outside = |from: &str, path: &str| {
            resolve(from, path).is_none_or(|path| !path.starts_with(&format!("{topic}/")))
        };
        for (file, text) in tree.below(&format!("{topic}/"), "") {
            let patterns = [
                (
                    &from_file,
                    file,
                    text.contains("include") || text.contains("#[path"),
                ),
                (
                    &from_crate,
                    &*format!("{topic}/_"),
                    text.contains("CARGO_MANIFEST_DIR"),
                ),
            ];
            for (pattern, from, is_likely) in patterns {
                if !file.ends_with(".rs") || !is_likely {
                    continue;
                }
                for found in pattern.captures_iter(text) {
                    let (Some(all), path) = (found.get(0), &found[1]) else {
                        continue;
                    };
                    if is_outside(from, path) {
                        let line = text[..all.end()].lines().count();
                        let what = format!("{path} is above the crate's folder");
                        findings.push(Finding::new(file, line, what, fix));
                    }
                }
            }
            let link = fs::read_link(tree.root.join(file)).ok();
            if let Some(path) = link.filter(|path| is_outside(file, &path.to_string_lossy())) {
                let what = format!("the link leads out of the crate, to {}", path.display());
                findings.push(Finding::new(file, 1, what, fix));
            }
        }
    }
    findings
}

/// A copy has another target folder.
pub fn executable_by_path(tree: &Tree) -> Vec<Finding> {
    let mut files = tree.rust("");
    files.retain(|(file, _)| !file.starts_with("xtask/"));
    let what = "the folder of executables is guessed, and CARGO_TARGET_DIR refutes it";
    let fix = "use env!(\"CARGO_BIN_EXE_...\")";
    matching(
        &files,
        &["target/"],
        r#"^([^/]|/[^/])*"[^"]*target/(debug|release)"#,
        what,
        fix,
    )
}

/// The first line of a file is where a reader decides whether it is the right one.
pub fn opening_words(tree: &Tree) -> Vec<Finding> {
    let mut silent = tree.rust("src/");
    silent.retain(|(_, text)| !text.starts_with("//!"));
    let what = "it does not say what it is about";
    let fix = "begin with `//!`: what Node has, what stands for it here";
    let finding = |(file, _)| Finding::new(file, 1, what, fix);
    silent.into_iter().map(finding).collect()
}

/// A panic without a reason helps nobody.
pub fn no_unwrap(tree: &Tree) -> Vec<Finding> {
    let mut files = tree.rust("src/");
    let tests = Regex::new(r"#\[cfg\(test\)\]\s*mod \w+ \{").expect("a valid pattern");
    for (_, text) in &mut files {
        // Tests stand at the end of a file, if at all.
        let end = tests.find(text).map_or(text.len(), |found| found.start());
        *text = &text[..end];
    }
    let what = "unwrap does not say why it cannot fail";
    let fix = "use `?`, or expect(\"the invariant that holds\")";
    matching(
        &files,
        &["unwrap()"],
        r"^([^/]|/[^/])*\.unwrap\(\)",
        what,
        fix,
    )
}

/// An expectation is reported once it is no longer needed; a permission stays.
pub fn no_allow(tree: &Tree) -> Vec<Finding> {
    let what = "a lint is silenced for ever";
    let fix = "use #[expect(..., reason = \"...\")]";
    matching(
        &tree.rust(""),
        &["allow("],
        r"^\s*#!?\[(cfg_attr\(.*\b)?allow\(",
        what,
        fix,
    )
}

/// Paths of one machine lead nowhere on another.
pub fn no_machine_paths(tree: &Tree) -> Vec<Finding> {
    let pattern = r#"(^|[\s"'`(=:/])/(home|root|work|Users)/\w"#;
    let (what, fix) = (
        "a path of somebody's machine",
        "use a relative path or a variable",
    );
    matching(
        &tree.below("", ""),
        &["/home/", "/root/", "/work/", "/Users/"],
        pattern,
        what,
        fix,
    )
}
