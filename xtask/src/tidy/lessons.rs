//! Rules for lessons: each is a triple, and its two programs stand beside each other.

use std::collections::BTreeMap;

use super::{Findings, Tree, places};
use crate::bench::figures::Figure;
use crate::cases::regex;

/// More columns than either side may have: they are read side by side.
const WIDE: &str = r"(?m)^.{101}";
/// The length of the Rust side in lengths of the Node side: in the median of a crate, and without a reason.
const MEDIAN: f64 = 1.2;
const MOST: f64 = 1.6;
/// Opens the line of a lesson's comment that gives the reason.
const REASON: &str = "//! Longer than the Node program";

/// A lesson: its files by extension.
struct Lesson<'a> {
    topic: &'a str,
    name: &'a str,
    files: BTreeMap<&'a str, &'a str>,
}

impl Lesson<'_> {
    fn file(&self, end: &str) -> String {
        format!("{}/examples/{}.{end}", self.topic, self.name)
    }
}

/// Returns the lessons of all crates.
fn lessons(tree: &Tree) -> Vec<Lesson<'_>> {
    let mut lessons: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for topic in tree.topics() {
        let folder = format!("{topic}/examples/");
        for (file, text) in tree.below(&folder, "") {
            let name = &file[folder.len()..];
            if let Some((name, end)) = name.rsplit_once('.').filter(|_| !name.contains('/')) {
                lessons.entry((topic, name)).or_default().insert(end, text);
            }
        }
    }
    let lesson = |((topic, name), files)| Lesson { topic, name, files };
    lessons.into_iter().map(lesson).collect()
}

/// Looks for a Rust side, a Node side, a transcript and a link in the README.
pub fn complete(tree: &Tree, found: &mut Findings) {
    let mut owners = BTreeMap::new();
    for lesson in lessons(tree) {
        let Lesson { topic, name, files } = &lesson;
        let bless = format!("`cargo xtask bless {topic}/{name}` writes it");
        for (end, side, fix) in [
            ("rs", "Rust side", "write the Rust program"),
            ("mjs", "Node side", "write the Node program"),
            ("out", "golden file", &bless),
        ] {
            let what = format!("the lesson `{name}` has no {side}");
            found.require(files.contains_key(end), &lesson.file(end), what, fix);
        }
        let readme = format!("{topic}/README.md");
        let is_linked = tree.text(&readme).contains(&format!("examples/{name}.rs)"));
        let what = format!("the lesson `{name}` has no link in the README");
        found.require(is_linked, &readme, what, "link its .rs");
        let owner = owners.entry(*name).or_insert(*topic);
        let what = format!("`{name}` is a lesson of {owner} too: cargo has one folder for all");
        let fix = "rename one of them";
        found.require(owner == topic, &lesson.file("rs"), what, fix);
    }
}

/// Compares the table of the tour with the lessons: a row is `module "name" "title";`, with the path before the name in some.
pub fn in_tour(tree: &Tree, found: &mut Findings) {
    let row = regex(r#"(?m)^ +\w+ +(?:"\.\./examples/[^"]*" +)?"([a-z0-9-]+)"\s"#);
    for topic in tree.topics() {
        let file = format!("{topic}/src/tour.rs");
        let rows: Vec<_> = places(&row, tree.text(&file)).collect();
        for (line, groups) in &rows {
            let name = &groups[1];
            if !tree.has(&format!("{topic}/examples/{name}.rs")) {
                let what = format!("the tour has a lesson `{name}` that is not in examples/");
                found.add(&file, *line, what, "write it, or remove the row");
            }
        }
        for Lesson { name, .. } in lessons(tree).iter().filter(|lesson| lesson.topic == topic) {
            let is_there = rows.iter().any(|(_, groups)| groups[1] == **name);
            let what = format!("the lesson `{name}` has no place in the tour");
            found.require(is_there, &file, what, "add a row to its table");
        }
    }
}

/// Compares both sides: the Rust side is about as long as the Node side, and both fit beside each other.
pub fn side_by_side(tree: &Tree, found: &mut Findings) {
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for lesson in lessons(tree) {
        let [rust, node] = ["rs", "mjs"].map(|end| lesson.files.get(end).copied());
        for (end, text) in [("rs", rust), ("mjs", node)] {
            let file = lesson.file(end);
            let files = [(file.as_str(), text.unwrap_or_default())];
            let what = "a lesson has at most 100 columns";
            found.lines(&files, WIDE, what, "break the line");
        }
        let (Some(rust), Some(node)) = (rust, node) else {
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "the length of a short program")]
        let ratio = code(rust) as f64 / code(node).max(1) as f64;
        ratios.entry(lesson.topic).or_default().push(ratio);
        let length = format!("{ratio:.2} times as long as the Node side, {MOST} is the most");
        let what = format!("the Rust side is {length}");
        let fix = format!("shorten it, or give the reason in a line `{REASON}: ...`");
        let is_fair = ratio <= MOST || rust.contains(REASON);
        found.require(is_fair, &lesson.file("rs"), what, fix);
    }
    for (topic, ratios) in ratios {
        let median = Figure::of(ratios.into_iter()).map_or(0.0, |figure| figure.median);
        let length = format!("{median:.2} times as long as its Node side, {MEDIAN} is the most");
        let what = format!("in the median, a lesson is {length}");
        let folder = format!("{topic}/examples");
        found.require(median <= MEDIAN, &folder, what, "shorten the longest");
    }
}

/// Counts the characters of a program without blanks, comments, imports and the line of `main`.
fn code(text: &str) -> usize {
    let (mut count, mut in_import) = (0, false);
    for line in text.lines().map(str::trim) {
        in_import |= line.starts_with("use ") || line.starts_with("import ");
        let is_comment = line.starts_with("//") || line.starts_with("#[");
        if !in_import && !is_comment && !line.contains("fn main(") {
            count += line.split_whitespace().flat_map(str::chars).count();
        }
        in_import &= !line.ends_with(';');
    }
    count
}
