//! Plain English: comments, documentation and READMEs are read by people who come from Node.

use regex_lite::Regex;
use toml::{Table, Value};

use super::{Finding, Tree};

/// Words and turns that a maintainer of tokio would not write.
const PRIVATE: &str = r"(?i)\b(whoever|somebody|nobody|somewhat of|is none|are none|stops to|so many|the like|to be had|wherein|thereof|whatever is)\b";

/// Counts the lines of each crate that have one, in comments of `src/` and `examples/` and in the texts.
///
/// The root manifest says how many a crate still has, in `[workspace.metadata.private-words]`. A number only goes down.
pub fn plain_english(tree: &Tree) -> Vec<Finding> {
    let private = Regex::new(PRIVATE).expect("a valid pattern");
    let root: Table = toml::from_str(tree.text("Cargo.toml")).unwrap_or_default();
    let find = |table: &Table| {
        table
            .get("workspace")?
            .get("metadata")?
            .get("private-words")?
            .as_table()
            .cloned()
    };
    let ceilings = find(&root).unwrap_or_default();
    let mut findings = Vec::new();
    for topic in tree.manifests.keys() {
        let mut places = Vec::new();
        let code = [
            tree.below(&format!("{topic}/src/"), ".rs"),
            tree.below(&format!("{topic}/examples/"), ".rs"),
        ];
        for (file, text) in [&code[..], &[tree.below(&format!("{topic}/"), ".md")]]
            .concat()
            .concat()
        {
            for (index, line) in text.lines().enumerate() {
                let words = if file.ends_with(".md") {
                    line
                } else {
                    line.find("//").map_or("", |start| &line[start..])
                };
                if private.is_match(words) {
                    places.push((file, index + 1));
                }
            }
        }
        let ceiling = ceilings.get(topic).and_then(Value::as_integer).unwrap_or(0);
        let ceiling = usize::try_from(ceiling).unwrap_or(0);
        if places.len() > ceiling {
            let what = format!(
                "a private turn of words: {topic} has {} of them, {ceiling} is the most",
                places.len()
            );
            let finding = |(file, line)| {
                Finding::new(file, line, &what, "say it in plain English: who does what")
            };
            findings.extend(places.into_iter().map(finding));
        } else if places.len() < ceiling {
            let fix = format!("lower its number to {}", places.len());
            findings.push(Finding::new(
                "Cargo.toml",
                1,
                format!("{topic} has become better"),
                fix,
            ));
        }
    }
    findings
}
