//! `tidy`: the rules of this workspace as checks on its files; nothing is built or run.
//!
//! A rule is a function in one of the modules below and a line in [`RULES`].

mod lessons;
mod manifests;
mod readmes;
mod sources;
mod words;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use toml::Table;

use crate::cases::files::known_files;
use crate::cases::workspace::{Crate, Workspace};
use crate::exit_error::ExitError;

/// How `tidy` is called.
#[derive(clap::Args)]
pub struct Options {}

/// A rule of this workspace.
struct Rule {
    name: &'static str,
    /// Whether a crate that breaks it cannot be copied.
    blocks_copy: bool,
    check: fn(&Tree) -> Vec<Finding>,
}

/// A rule that every crate of this workspace follows.
const fn workspace_rule(name: &'static str, check: fn(&Tree) -> Vec<Finding>) -> Rule {
    Rule {
        name,
        blocks_copy: false,
        check,
    }
}

/// A rule without which a copy does not build.
const fn portability_rule(name: &'static str, check: fn(&Tree) -> Vec<Finding>) -> Rule {
    Rule {
        name,
        blocks_copy: true,
        check,
    }
}

const RULES: &[Rule] = &[
    portability_rule("manifest stands alone", manifests::stands_alone),
    workspace_rule("manifest fields", manifests::fields),
    workspace_rule("one requirement", manifests::one_requirement),
    workspace_rule("one lints table", manifests::one_lints_table),
    workspace_rule("members once", manifests::members_once),
    portability_rule("licence travels", manifests::licence),
    portability_rule("nothing above the folder", sources::nothing_above),
    portability_rule("executable by path", sources::executable_by_path),
    workspace_rule("opening words", sources::opening_words),
    workspace_rule("no unwrap", sources::no_unwrap),
    workspace_rule("no allow", sources::no_allow),
    workspace_rule("no machine paths", sources::no_machine_paths),
    workspace_rule("plain English", words::plain_english),
    workspace_rule("README sections", readmes::sections),
    workspace_rule("Rust program in the README", readmes::rust_program),
    portability_rule("links", readmes::links),
    workspace_rule("notes table", readmes::notes_table),
    workspace_rule("lesson is whole", lessons::whole),
    workspace_rule("lesson stands beside Node", lessons::beside_node),
    workspace_rule("nothing empty", lessons::nothing_empty),
    workspace_rule("one golden test", lessons::one_golden_test),
    workspace_rule("top level", top_level),
];

/// What may stand at the top besides the members.
const TOP: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "CONTRIBUTING.md",
    "LICENSE",
    ".gitignore",
    ".cargo",
    ".ci",
    ".github",
];

/// A line that breaks a rule.
struct Finding {
    /// Where, and what is wrong there.
    what: String,
    fix: String,
}

impl Finding {
    fn new(file: &str, line: usize, what: impl Display, fix: impl Display) -> Self {
        Self {
            what: format!("{file}:{line}: {what}"),
            fix: fix.to_string(),
        }
    }
}

/// The files of the workspace by their path from its root; those that are no text are empty here.
struct Tree {
    root: PathBuf,
    files: BTreeMap<String, String>,
    /// The manifests of the members by their folders.
    manifests: BTreeMap<String, Table>,
}

/// Checks every rule, prints each finding, and returns the exit status.
pub fn tidy(_: &Options) -> Result<u8> {
    let tree = Tree::read(&Workspace::find()?.root)?;
    let findings = tree.findings(RULES.iter());
    findings.iter().for_each(|finding| outln!("{finding}"));
    for topic in tree.topics().filter(|topic| !tree.has_moved(topic)) {
        outln!(
            "note: the lessons of {topic} are not in {topic}/examples yet; the rules for its new shape wait"
        );
    }
    let (rules, files) = (RULES.len(), tree.files.len());
    outln!("{rules} rules, {files} files, {} findings", findings.len());
    Ok(u8::from(!findings.is_empty()))
}

/// The findings for which a crate cannot be copied, each a line.
pub fn blocks_copy(root: &Path, one: &Crate) -> Result<Vec<String>> {
    let mut findings = Tree::read(root)?.findings(RULES.iter().filter(|rule| rule.blocks_copy));
    let folder = format!("{}/", one.dir.strip_prefix(root)?.display());
    findings.retain(|finding| finding.starts_with(&folder));
    Ok(findings)
}

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let mut tree = Self {
            root: root.to_owned(),
            files: BTreeMap::new(),
            manifests: BTreeMap::new(),
        };
        for file in known_files(root)? {
            let path = root.join(&file);
            // A link is judged by where it leads.
            let text = Some(&path).filter(|path| !path.is_symlink());
            let text = text.and_then(|path| fs::read_to_string(path).ok());
            let name = file.to_string_lossy().into_owned();
            if let (Some((folder, "Cargo.toml")), Some(text)) = (name.split_once('/'), &text) {
                let manifest = toml::from_str(text);
                let manifest =
                    manifest.map_err(|error| ExitError::usage(format!("{name}: {error}")))?;
                tree.manifests.insert(folder.to_owned(), manifest);
            }
            tree.files.insert(name, text.unwrap_or_default());
        }
        Ok(tree)
    }

    fn findings<'a>(&self, rules: impl Iterator<Item = &'a Rule>) -> Vec<String> {
        let mut lines = Vec::new();
        for Rule { name, check, .. } in rules {
            for Finding { what, fix } in check(self) {
                lines.push(format!("{what} ({name}); {fix}"));
            }
        }
        lines
    }

    /// One of the lists of the root manifest: `members`, `default-members`.
    fn members(&self, list: &str) -> Vec<String> {
        let root: Table = toml::from_str(self.text("Cargo.toml")).unwrap_or_default();
        let members = root
            .get("workspace")
            .and_then(|workspace| workspace.get(list)?.as_array());
        members
            .into_iter()
            .flatten()
            .filter_map(|member| member.as_str().map(str::to_owned))
            .collect()
    }

    /// The folders of the crates that teach.
    fn topics(&self) -> impl Iterator<Item = &String> {
        self.manifests.keys().filter(|name| *name != "xtask")
    }

    /// Whether the lessons of a crate are triples in `examples/`.
    fn has_moved(&self, topic: &str) -> bool {
        !self.below(&format!("{topic}/examples/"), ".mjs").is_empty()
    }

    fn moved_topics(&self) -> impl Iterator<Item = &String> {
        self.topics().filter(|topic| self.has_moved(topic))
    }

    /// The files whose path begins and ends so: path and text.
    fn below(&self, start: &str, end: &str) -> Vec<(&str, &str)> {
        let mut files: Vec<_> = self
            .files
            .iter()
            .map(|(path, text)| (&**path, &**text))
            .collect();
        files.retain(|(path, _)| path.starts_with(start) && path.ends_with(end));
        files
    }

    /// The Rust files in this folder of each crate.
    fn rust(&self, folder: &str) -> Vec<(&str, &str)> {
        let crates = self.manifests.keys();
        crates
            .flat_map(|name| self.below(&format!("{name}/{folder}"), ".rs"))
            .collect()
    }

    fn text(&self, file: &str) -> &str {
        self.files.get(file).map_or("", String::as_str)
    }

    /// Whether there is such a file, or a folder with files.
    fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || !self.below(&format!("{path}/"), "").is_empty()
    }
}

/// The first line that holds all words, or else the last of them, counted from one.
fn line_of(text: &str, words: &[&str]) -> usize {
    let holds = |words: &[&str]| {
        let mut lines = text.lines();
        lines.position(|line| words.iter().all(|word| line.contains(word)))
    };
    let found = holds(words).or_else(|| holds(words.last_chunk::<1>()?));
    found.map_or(1, |index| index + 1)
}

/// The path from the root that `path` means in a file's folder; `None` above the root.
fn resolve(file: &str, path: &str) -> Option<String> {
    let folder = Path::new(file).parent()?;
    let mut parts = Vec::new();
    for part in folder.join(path).components() {
        match part {
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(parts.join("/"))
}

/// Which of these files, that should all say the same, do not say what most do, and a file that does. Where as many
/// say one thing as another, nobody knows who is wrong.
fn odd_ones<T: PartialEq>(files: &[(String, T)]) -> Vec<(&str, String)> {
    let alike = |said: &T| files.iter().filter(|(_, other)| other == said).count();
    let Some((model, said)) = files.iter().max_by_key(|(_, said)| alike(said)) else {
        return Vec::new();
    };
    let is_sure = files
        .iter()
        .all(|(_, other)| other == said || alike(other) < alike(said));
    let fix = if is_sure {
        format!("make it equal to {model}")
    } else {
        "make them equal; which is right only you know".to_owned()
    };
    let odd = files.iter().filter(|(_, other)| other != said);
    let odd: Vec<_> = odd.map(|(file, _)| (file.as_str(), fix.clone())).collect();
    if is_sure || odd.is_empty() {
        return odd;
    }
    files
        .iter()
        .map(|(file, _)| (file.as_str(), fix.clone()))
        .collect()
}

/// The top level holds the members and little else.
fn top_level(tree: &Tree) -> Vec<Finding> {
    let members = tree.members("members");
    let mut findings = Vec::new();
    for path in tree.files.keys() {
        let name = path.split('/').next().unwrap_or_default();
        if !TOP.contains(&name) && !members.iter().any(|member| member == name) {
            let what = format!("`{name}` does not belong to the top level");
            findings.push(Finding::new(path, 1, what, "put it into a crate"));
        }
    }
    findings
}
