//! The chapters: the notes, the features, and of each crate its topic, lessons, reference and tool.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use fs_err as fs;
use regex_lite::Captures;

use super::links::{self, Docs};
use crate::cases::{Case, Choice, Crate, Item, Selection, Workspace, known_files, regex};
use crate::run::copy_files;

/// What is written into each source of a book.
const FIXED: [(&str, &str); 4] = [
    ("book.toml", include_str!("../../../book/book.toml")),
    ("lesson.css", include_str!("../../../book/lesson.css")),
    ("lesson.js", include_str!("../../../book/lesson.js")),
    // With a list of fonts of our own, mdBook leaves its fonts out: 1 MB.
    ("theme/fonts/fonts.css", "/* those of the system */"),
];
const SUMMARY: &str = include_str!("../../../book/summary.template");
/// The course notes: a table of their lines, each with links to what answers it.
const NOTES: &str = "xtask/book/notes.md";
const COPY: &str = include_str!("../../../book/copy.template");

/// What the site is made from.
pub struct Book<'a> {
    root: &'a Path,
    /// Where its pages are written, for mdBook.
    pub pages: PathBuf,
    /// In the order of the notes.
    pub crates: Vec<&'a Crate>,
    pub docs: Docs,
    lessons: Vec<Case>,
}

impl<'a> Book<'a> {
    pub fn read(workspace: &'a Workspace, pages: PathBuf, docs: Docs) -> Result<Self> {
        let selection = Selection::read(workspace, &Choice::default())?;
        let items = selection.items.into_iter();
        let lessons = items.filter_map(|item| match item {
            Item::Case(case) if case.is_lesson => Some(*case),
            _ => None,
        });
        let root = workspace.root.as_path();
        let notes = fs::read_to_string(root.join(NOTES)).unwrap_or_default();
        let mut crates = Vec::from_iter(&workspace.crates);
        crates.sort_by_key(|one| notes.find(&format!("/{}/", one.name)));
        Ok(Self {
            root,
            pages,
            crates,
            docs,
            lessons: lessons.collect(),
        })
    }

    /// Returns the lessons of a crate in reading order.
    pub fn lessons(&self, one: &Crate) -> Vec<&Case> {
        let lessons = self.lessons.iter();
        lessons.filter(|case| case.crate_name == one.name).collect()
    }

    /// Writes all pages and what mdBook has to know. `drawn` are the lessons that have a picture.
    pub fn write(&self, source: &Path, drawn: &BTreeSet<String>) -> Result<()> {
        let is_here = |section: &String| {
            !["## Copy", "## From"]
                .iter()
                .any(|it| section.starts_with(it))
        };
        let mut readme = sections(&self.text("README.md")?);
        readme.retain(is_here);
        self.add("index.md", &self.rewrite(&readme.concat(), "README.md", 0))?;
        self.add("notes.md", &self.rewrite(&self.text(NOTES)?, NOTES, 0))?;
        self.add("features.md", &self.features()?)?;
        let (mut topics, mut tools, mut copy) = (String::new(), String::new(), COPY.to_owned());
        for one in &self.crates {
            topics += &self.write_topic(one, drawn)?;
            let (name, file) = (&one.name, format!("{}/README.md", one.name));
            let tool = self.part(&file, &["## Run it", "## Install it", "## Figures"])?;
            let tool = tool.replacen("## Run it", &format!("# The tool `{name}`"), 1);
            self.add(&format!("{name}/tool.md"), &self.rewrite(&tool, &file, 1))?;
            tools += &format!("- [{name}]({name}/tool.md)\n");
            let how = self.part(&file, &["## Copy it"])?;
            let how = how.replacen("## Copy it", &format!("## {name}"), 1);
            copy += &self.rewrite(&how, &file, 0);
        }
        self.add("copy.md", &copy)?;
        let summary = fill(SUMMARY, &[("topics", &topics), ("tools", &tools)]);
        self.add("SUMMARY.md", &summary)?;
        fs::create_dir_all(source.join("theme/fonts"))?;
        for (name, text) in FIXED {
            fs::write(source.join(name), text)?;
        }
        let mut pictures = known_files(self.root)?;
        pictures.retain(|file| is_picture(file) && !self.pages.join(file).exists());
        copy_files(self.root, &self.pages, &pictures)
    }

    /// Writes what stands for a topic, its lessons in order, and its reference; returns their lines in the summary.
    fn write_topic(&self, one: &Crate, drawn: &BTreeSet<String>) -> Result<String> {
        let (name, readme) = (&one.name, format!("{}/README.md", one.name));
        let topic = self.part(&readme, &["# ", "## What Node has", "## Differences"])?;
        self.add(
            &format!("{name}/index.md"),
            &self.rewrite(&topic, &readme, 1),
        )?;
        let mut summary = format!("- [{}]({name}/index.md)\n", name.replace('-', " "));
        let lessons = self.lessons(one);
        for (index, case) in lessons.iter().enumerate() {
            let place = format!("{} of {}", index + 1, lessons.len());
            let page = self.lesson(case, &place, drawn.contains(&case.id))?;
            self.add(&format!("{}.md", case.id), &page)?;
            summary += &format!("  - [{}]({}.md)\n", self.title(case)?, case.id);
        }
        let node = format!("{name}/NODE.md");
        self.add(
            &format!("{name}/node.md"),
            &with_words(&self.rewrite(&self.text(&node)?, &node, 1)),
        )?;
        Ok(summary + &format!("  - [Feature by feature]({name}/node.md)\n"))
    }

    /// Writes a page.
    fn add(&self, file: &str, text: &str) -> Result<()> {
        let path = self.pages.join(file);
        ensure!(!path.exists(), "there are two pages {file}");
        fs::create_dir_all(path.parent().unwrap_or(&self.pages))?;
        Ok(fs::write(path, text)?)
    }

    /// Returns a file of the workspace.
    pub fn text(&self, file: &str) -> Result<String> {
        Ok(fs::read_to_string(self.root.join(file))?)
    }

    /// Returns the sections of a file whose headings begin so, in its order.
    fn part(&self, file: &str, headings: &[&str]) -> Result<String> {
        let mut sections = sections(&self.text(file)?);
        for heading in headings {
            let has_it = sections.iter().any(|section| section.starts_with(heading));
            ensure!(has_it, "{file} has no section {heading:?}");
        }
        sections.retain(|section| headings.iter().any(|heading| section.starts_with(heading)));
        Ok(sections.concat())
    }

    /// Returns the text of a file for a page that is `depth` folders below the root of the site.
    pub fn rewrite(&self, text: &str, file: &str, depth: usize) -> String {
        let up = "../".repeat(depth);
        links::rewrite(text, file, |link| Some(up.clone() + &self.page_of(link)?))
    }

    /// Returns where the site shows a file of the workspace, or a place in it.
    fn page_of(&self, link: &str) -> Option<String> {
        let Some((name, path)) = link.split_once('/') else {
            return (link == "README.md").then(|| "index.html".to_owned());
        };
        let one = self.crates.iter().find(|one| one.name == name)?;
        let (path, place) = path.split_once('#').unwrap_or((path, ""));
        let hash = if place.is_empty() { "" } else { "#" };
        let is_lesson = |case: &&Case| case.files.iter().any(|known| known == link);
        match path {
            "README.md" if place == "run-it" => Some(format!("{name}/tool.html")),
            "README.md" => Some(format!("{name}/index.html{hash}{place}")),
            "NODE.md" => Some(format!("{name}/node.html{hash}{place}")),
            _ if is_picture(Path::new(path)) => Some(link.to_owned()),
            _ => match path.strip_prefix("src/") {
                Some(path) => self.docs.source(name, path),
                None => {
                    let lesson = self.lessons(one).into_iter().find(is_lesson)?;
                    Some(format!("{}.html", lesson.id))
                }
            },
        }
    }
}

/// Returns a table with the words of Node's names beside them, unseen: the search knows `process.nextTick()` as one word.
fn with_words(text: &str) -> String {
    let row = regex(r"(?m)^\| `[^|\n]*");
    // Behind a dot: what begins a word is found as it is.
    let member = regex(r"\.([A-Za-z]\w+)");
    let named = row.replace_all(text, |row: &Captures| {
        let name = row[0].trim_end();
        let words = member.captures_iter(name).map(|word| word[1].to_owned());
        let words = Vec::from_iter(words.collect::<BTreeSet<_>>()).join(" ");
        match words.is_empty() {
            true => row[0].to_owned(),
            false => format!("{name} <span hidden>{words}</span> "),
        }
    });
    named.into_owned()
}

fn is_picture(file: &Path) -> bool {
    let end = file.extension().unwrap_or_default();
    end == "svg" || end == "png"
}

/// Returns a template with its places filled, in one pass: programs have braces of their own.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let place = regex(r"\{([a-z]+)\}");
    let filled = place.replace_all(template, |groups: &Captures| {
        let value = values.iter().find(|(name, _)| *name == &groups[1]);
        value.expect("each place has a value").1.to_owned()
    });
    filled.into_owned()
}

/// Returns a text in pieces that begin with a heading of the first or second level.
fn sections(text: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut is_code = false;
    for line in text.split_inclusive('\n') {
        is_code ^= line.starts_with("```");
        if !is_code && (line.starts_with("# ") || line.starts_with("## ")) {
            sections.push(String::new());
        }
        *sections.last_mut().expect("it has one") += line;
    }
    sections
}
