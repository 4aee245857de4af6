//! `tidy`: the rules of this workspace as checks on its files; nothing is built or run.
//!
//! A rule is a function in one of the modules below and its line in [`FOR_COPIES`] or [`FOR_ORDER`].

mod lessons;
mod manifests;
mod readmes;
mod sources;
mod words;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
use regex_lite::{Captures, Regex};
use toml::Table;

use crate::cases::{Crate, Members, Workspace, known_files, read_toml, regex};

/// A rule: its name, and the function that looks for what breaks it.
type Rule = (&'static str, fn(&Tree, &mut Findings));

/// A copy of the crate builds: one that breaks such a rule is not copied.
const FOR_COPIES: &[Rule] = &[
    ("manifest stands alone", manifests::self_contained),
    ("licence travels", sources::licence),
    ("nothing above the folder", sources::above),
    ("executable by path", sources::executables),
    ("links", readmes::links),
];

/// All crates of this workspace are alike.
const FOR_ORDER: &[Rule] = &[
    ("manifest fields", manifests::fields),
    ("one requirement", manifests::requirements),
    ("one lints table", manifests::lints),
    ("members once", manifests::members),
    ("opening words", sources::opening_words),
    ("no unwrap", sources::no_unwrap),
    ("no machine paths", sources::machine_paths),
    ("top level", sources::top_level),
    ("one golden test", sources::golden_test),
    ("plain English", words::plain_english),
    ("README sections", readmes::sections),
    ("Rust program in the README", readmes::rust),
    ("notes table", readmes::notes_table),
    ("nothing empty", readmes::nothing_empty),
    ("lesson is whole", lessons::complete),
    ("lesson is in the tour", lessons::in_tour),
    ("lesson stands beside Node", lessons::side_by_side),
];

/// Findings, each a line, and the rule that is being checked.
#[derive(Default)]
struct Findings {
    rule: &'static str,
    lines: Vec<String>,
}

impl Findings {
    /// Adds a line that breaks the rule.
    fn add(&mut self, file: &str, line: usize, what: impl Display, fix: impl Display) {
        let rule = self.rule;
        let finding = format!("{file}:{line}: {what} ({rule}); {fix}");
        self.lines.push(finding);
    }

    /// Adds each place in these files that a pattern finds; its groups are `$1` and so on in `what`.
    fn lines(&mut self, files: &[(&str, &str)], pattern: &str, what: &str, fix: &str) {
        let pattern = regex(pattern);
        for (file, text) in files {
            for (line, groups) in places(&pattern, text) {
                let mut text = String::new();
                groups.expand(what, &mut text);
                self.add(file, line, text, fix);
            }
        }
    }

    /// Adds a file that breaks the rule, unless it does not.
    fn require(&mut self, holds: bool, file: &str, what: impl Display, fix: impl Display) {
        if !holds {
            self.add(file, 1, what, fix);
        }
    }
}

/// The files of the workspace by their path from its root; those that are no text are empty here.
struct Tree {
    root: PathBuf,
    files: BTreeMap<String, String>,
    /// What the root manifest says.
    workspace: Members,
    /// The manifests of the members by their folders.
    manifests: BTreeMap<String, Table>,
}

/// Checks every rule, prints each finding, and returns the exit status.
pub fn tidy() -> Result<u8> {
    let tree = Tree::read(&Workspace::find()?.root)?;
    let mut findings = tree.findings(FOR_COPIES);
    findings.extend(tree.findings(FOR_ORDER));
    findings.iter().for_each(|finding| outln!("{finding}"));
    let (rules, files) = (FOR_COPIES.len() + FOR_ORDER.len(), tree.files.len());
    outln!("{rules} rules, {files} files, {} findings", findings.len());
    Ok(u8::from(!findings.is_empty()))
}

/// Returns the findings for which a crate cannot be copied, each a line.
pub fn blocks_copy(root: &Path, one: &Crate) -> Result<Vec<String>> {
    let mut findings = Tree::read(root)?.findings(FOR_COPIES);
    let folder = format!("{}/", one.dir.strip_prefix(root)?.display());
    findings.retain(|finding| finding.starts_with(&folder));
    Ok(findings)
}

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let (mut files, mut manifests) = (BTreeMap::new(), BTreeMap::new());
        for file in known_files(root)? {
            let path = root.join(&file);
            let name = file.to_string_lossy().into_owned();
            let mut text = String::new();
            // A link is judged by where it leads.
            if !path.is_symlink() {
                text = fs::read_to_string(&path).unwrap_or_default();
            }
            if let Some((folder, "Cargo.toml")) = name.split_once('/') {
                manifests.insert(folder.to_owned(), read_toml(&path)?);
            }
            files.insert(name, text);
        }
        Ok(Self {
            root: root.to_owned(),
            files,
            workspace: Members::read(root)?,
            manifests,
        })
    }

    fn findings(&self, rules: &[Rule]) -> Vec<String> {
        let mut found = Findings::default();
        for (name, check) in rules {
            found.rule = name;
            check(self, &mut found);
        }
        found.lines
    }

    /// Returns the folders of the crates that teach.
    fn topics(&self) -> impl Iterator<Item = &str> {
        let all = self.manifests.keys().map(String::as_str);
        all.filter(|name| *name != "xtask")
    }

    /// Returns the files whose path begins and ends so: path and text.
    fn below(&self, start: &str, end: &str) -> Vec<(&str, &str)> {
        let is_it = |path: &str| path.starts_with(start) && path.ends_with(end);
        let files = self.files.iter().filter(|(path, _)| is_it(path));
        files.map(|(path, text)| (&**path, &**text)).collect()
    }

    /// Returns the files in this folder of each crate whose path ends so.
    fn in_crates(&self, folder: &str, end: &str) -> Vec<(&str, &str)> {
        let crates = self.manifests.keys();
        let crates = crates.map(|name| format!("{name}/{folder}"));
        crates.flat_map(|start| self.below(&start, end)).collect()
    }

    fn text(&self, file: &str) -> &str {
        self.files.get(file).map_or("", String::as_str)
    }

    /// Returns whether there is such a file, or a folder with files.
    fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || !self.below(&format!("{path}/"), "").is_empty()
    }
}

/// Returns what a pattern finds in a text, and the line of its first group, or else of its end.
fn places<'a>(pattern: &'a Regex, text: &'a str) -> impl Iterator<Item = (usize, Captures<'a>)> {
    pattern.captures_iter(text).map(|groups| {
        let place = groups.get(1).or(groups.get(0));
        let before = place.map_or("", |place| &text[..place.end()]);
        (before.lines().count(), groups)
    })
}

/// Returns the first line that holds all words, or else the last of them, counted from one.
fn line_of(text: &str, words: &[&str]) -> usize {
    let holds = |words: &[&str]| {
        let mut lines = text.lines();
        lines.position(|line| words.iter().all(|word| line.contains(word)))
    };
    let found = holds(words).or_else(|| holds(words.last_chunk::<1>()?));
    found.map_or(1, |index| index + 1)
}

/// Returns the first part of a path: a crate, if the file is in one.
fn top_folder(file: &str) -> &str {
    file.split('/').next().unwrap_or_default()
}

/// Returns the path from the root that `path` means in a file's folder; above the root, it begins with `..`.
pub fn resolve(file: &str, path: &str) -> PathBuf {
    path_clean::clean(Path::new(file).with_file_name(path))
}

/// Returns whether `path`, as a file means it, is outside of the crate that the file is in.
fn is_outside(file: &str, path: &str) -> bool {
    !resolve(file, path).starts_with(top_folder(file))
}

/// Returns which of these files, that should all say the same, do not say what the first one does, and how to fix them.
fn deviations<T: PartialEq>(files: &[(String, T)]) -> impl Iterator<Item = (&str, String)> {
    files.iter().filter_map(|(file, said)| {
        let (model, wanted) = &files[0];
        let fix = format!("make it equal to {model}, or all of them to it");
        (said != wanted).then_some((file.as_str(), fix))
    })
}
