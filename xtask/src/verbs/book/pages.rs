//! The chapters: the notes, the features, and of each crate its topic, lessons, reference and tool.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use fs_err as fs;
use regex_lite::Captures;

use super::features::Features;
use super::links::{self, Docs};
use crate::cases::{Case, Choice, Crate, Item, Selection, Workspace, known_files, regex};
use crate::run::copy_files;

/// What is written into each source of a book.
const FIXED: [(&str, &str); 3] = [
    ("book.toml", include_str!("../../../book/book.toml")),
    ("lesson.css", include_str!("../../../book/lesson.css")),
    ("lesson.js", include_str!("../../../book/lesson.js")),
];
/// The course notes: a table of their lines, each with links to what answers it.
const NOTES: &str = "xtask/book/notes.md";
const FEATURES: &str = include_str!("../../../book/features.template");
const PICTURE: &str = include_str!("../../../book/picture.template");
const COPY: &str = include_str!("../../../book/copy.template");

/// What the site is made from.
pub struct Book<'a> {
    pub root: &'a Path,
    /// In the order of the notes.
    pub crates: Vec<&'a Crate>,
    pub docs: Docs,
    lessons: Vec<Case>,
}

impl<'a> Book<'a> {
    pub fn read(workspace: &'a Workspace, docs: Docs) -> Result<Self> {
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

    /// Writes a source for mdBook and returns how many pages it has. `drawn` are the lessons that have a picture.
    pub fn write(&self, source: &Path, drawn: &BTreeSet<String>) -> Result<usize> {
        let folder = source.join("src");
        let mut pages = Pages {
            folder: &folder,
            summary: String::new(),
        };
        let mut readme = String::new();
        for section in sections(&self.text("README.md")) {
            let is_elsewhere = ["## Copy", "## From"]
                .iter()
                .any(|it| section.starts_with(it));
            readme += if is_elsewhere { "" } else { &section };
        }
        let readme = self.rewrite(&readme, "README.md", 0);
        pages.add(0, "Node's five questions", "index.md", &readme)?;
        let notes = self.rewrite(&self.text(NOTES), NOTES, 0);
        pages.add(0, "The course notes, line by line", "notes.md", &notes)?;
        let mut features = Vec::new();
        for one in &self.crates {
            let node = Features::read(&self.text(&format!("{}/NODE.md", one.name)));
            features.push((one.name.as_str(), node));
        }
        let [names, counts, rows] = self.features(&features);
        let values = [("names", &*names), ("counts", &*counts), ("rows", &*rows)];
        pages.add(
            0,
            "Every feature of Node",
            "features.md",
            &fill(FEATURES, &values),
        )?;
        pages.part("The topics");
        for one in &self.crates {
            self.write_topic(one, drawn, &mut pages)?;
        }
        pages.part("The tools");
        let mut copy = COPY.to_owned();
        for one in &self.crates {
            let (name, file) = (&one.name, format!("{}/README.md", one.name));
            let part = |headings: &[&str]| self.part(&file, headings);
            let tool = part(&["## Run it", "## Install it", "## Figures"]);
            let tool = tool.replacen("## Run it", &format!("# The tool `{name}`"), 1);
            let tool = self.rewrite(&tool, &file, 1);
            pages.add(0, name, &format!("{name}/tool.md"), &tool)?;
            let how = part(&["## Copy it"]).replacen("## Copy it", &format!("## {name}"), 1);
            copy += &self.rewrite(&how, &file, 0);
        }
        pages.part("Your own project");
        pages.add(0, "Copying a crate", "copy.md", &copy)?;
        fs::write(
            folder.join("SUMMARY.md"),
            format!("# Summary\n\n{}", pages.summary),
        )?;
        for (name, text) in FIXED {
            fs::write(source.join(name), text)?;
        }
        // With a list of fonts of our own, mdBook leaves its fonts out: 1 MB.
        fs::create_dir_all(source.join("theme/fonts"))?;
        fs::write(
            source.join("theme/fonts/fonts.css"),
            "/* those of the system */",
        )?;
        let mut pictures = known_files(self.root)?;
        pictures.retain(|file| is_picture(file) && !folder.join(file).exists());
        copy_files(self.root, &folder, &pictures)?;
        Ok(pages.summary.matches(".md)").count())
    }

    /// Writes what stands for a topic, its lessons in order, and its reference.
    fn write_topic(&self, one: &Crate, drawn: &BTreeSet<String>, pages: &mut Pages) -> Result<()> {
        let (name, readme) = (&one.name, format!("{}/README.md", one.name));
        let topic = self.part(&readme, &["# ", "## What Node has", "## Differences"]);
        let topic = self.rewrite(&topic, &readme, 1);
        let title = name.replace('-', " ");
        pages.add(0, &title, &format!("{name}/index.md"), &topic)?;
        let lessons = self.lessons(one);
        for (index, case) in lessons.iter().enumerate() {
            let picture = match drawn.contains(&case.id) {
                true => fill(PICTURE, &[("name", &case.args[1])]),
                false => String::new(),
            };
            let text = self.lesson(case, index + 1, lessons.len(), &picture)?;
            pages.add(
                1,
                &self.title(case),
                &format!("{name}/{}.md", case.args[1]),
                &text,
            )?;
        }
        let node = format!("{name}/NODE.md");
        let reference = self.rewrite(&self.text(&node), &node, 1);
        pages.add(
            1,
            "Feature by feature",
            &format!("{name}/node.md"),
            &reference,
        )
    }

    /// Returns a file of the workspace, empty if it is not there.
    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap_or_default()
    }

    /// Returns the sections of a file whose headings begin so.
    fn part(&self, file: &str, headings: &[&str]) -> String {
        let mut sections = sections(&self.text(file));
        sections.retain(|section| headings.iter().any(|heading| section.starts_with(heading)));
        sections.concat()
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

fn is_picture(file: &Path) -> bool {
    let end = file.extension().unwrap_or_default();
    end == "svg" || end == "png"
}

/// The pages that were written.
struct Pages<'a> {
    folder: &'a Path,
    /// What mdBook reads: a line for each page, in order.
    summary: String,
}

impl Pages<'_> {
    /// Adds a page, below the one before it if `level` says so.
    fn add(&mut self, level: usize, title: &str, file: &str, text: &str) -> Result<()> {
        let path = self.folder.join(file);
        ensure!(!path.exists(), "there are two pages {file}");
        fs::create_dir_all(path.parent().unwrap_or(self.folder))?;
        fs::write(path, text)?;
        let indent = "  ".repeat(level);
        self.summary += &format!("{indent}- [{title}]({file})\n");
        Ok(())
    }

    /// Begins a part of the list of pages.
    fn part(&mut self, title: &str) {
        self.summary += &format!("\n# {title}\n\n");
    }
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
