//! The page of a lesson: what one learns, both programs, what both print, the difference, how to run it.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use fs_err as fs;
use regex_lite::Captures;

use super::pages::{Book, fill};
use crate::cases::{Case, regex};

const TEMPLATE: &str = include_str!("../../../book/lesson.template");
const PICTURE: &str = include_str!("../../../book/picture.template");
const DIFFERENCE: &str = r#"<p role="heading" aria-level="2" id="difference">Here and in Node</p>"#;
/// Opens the paragraph that gives a reason to the reviewer of a lesson.
const REASON: &str = "Longer than the Node program";

impl Book<'_> {
    /// Returns what the tour calls a lesson: a row of its table has the name, and ends with the title.
    pub fn title(&self, case: &Case) -> Result<String> {
        let tour = self.text(&format!("{}/src/tour.rs", case.crate_name))?;
        let row = regex(&format!("(?m)^.*{:?}.*\"(.*)\";$", case.args[1]));
        let title = row.captures(&tour).map(|row| row[1].to_owned());
        title.with_context(|| format!("{}: its tour has no title for it", case.id))
    }

    /// Returns the page of a lesson; `place` says which one of how many it is.
    pub fn lesson(&self, case: &Case, place: &str, is_drawn: bool) -> Result<String> {
        let (crate_name, name) = (case.crate_name.as_str(), case.args[1].as_str());
        let read = |end: &str| fs::read_to_string(case.golden.with_extension(end));
        let [rust, node, output] = [read("rs")?, read("mjs")?, read("out")?];
        let comment = rust.lines().map_while(|line| line.strip_prefix("//!"));
        let comment = Vec::from_iter(comment.map(str::trim)).join("\n");
        let comment = self.link_items(crate_name, &comment);
        let mut paragraphs = comment.split("\n\n");
        let learn = paragraphs.next().unwrap_or_default();
        let difference = paragraphs.filter(|text| !text.starts_with(REASON));
        let mut difference = Vec::from_iter(difference).join("\n\n");
        if !difference.is_empty() {
            difference = format!("{DIFFERENCE}\n\n{difference}\n\n");
        }
        let picture = if is_drawn { PICTURE } else { "" };
        let title = self.title(case)?;
        let values = [
            ("title", title.as_str()),
            ("crate", crate_name),
            ("name", name),
            ("place", place),
            ("learn", learn),
            ("node", &node),
            ("rust", &rust),
            ("output", &output),
            ("picture", &fill(picture, &[("name", name)])),
            ("difference", &difference),
            ("library", &self.library(crate_name, name, &rust)?),
        ];
        Ok(fill(TEMPLATE, &values))
    }

    /// Returns what stands for what in the lesson, and the items of the library that its program uses.
    fn library(&self, crate_name: &str, name: &str, rust: &str) -> Result<String> {
        let readme = format!("{crate_name}/README.md");
        let (text, link) = (self.text(&readme)?, format!("(examples/{name}.rs)"));
        let rows = text
            .lines()
            .filter(|line| line.starts_with('|') && line.contains(&link));
        let rows = rows.filter_map(|row| row.rsplit_once("| ["));
        let rows: String = rows.map(|(row, _)| format!("{row}|\n")).collect();
        let library = crate_name.replace('-', "_");
        let used = regex(&format!(r"\b{library}::(?s:\{{.*?\}};|\w+)"));
        let used = used.find_iter(rust).map(|used| used.as_str());
        let used = Vec::from_iter(used).join(" ");
        let names: BTreeSet<&str> = used
            .split(|char: char| !char.is_alphanumeric() && char != '_')
            .collect();
        let links = names.iter().filter_map(|name| self.item(crate_name, name));
        let links = Vec::from_iter(links).join(", ");
        let mut text = String::new();
        if !rows.is_empty() {
            text += &format!(
                "| Node | here |\n|---|---|\n{}\n",
                self.rewrite(&rows, &readme, 1)
            );
        }
        if !links.is_empty() {
            text += &format!("In the library's documentation: {links}.\n");
        }
        Ok(text)
    }

    /// Makes links of what a comment names in brackets, as cargo doc does.
    fn link_items(&self, crate_name: &str, comment: &str) -> String {
        let name = regex(r"\[`([^`\]]+)`\]");
        let linked = name.replace_all(comment, |groups: &Captures| {
            let link = self.item(crate_name, &groups[1]);
            link.unwrap_or_else(|| format!("`{}`", &groups[1]))
        });
        linked.into_owned()
    }

    /// Returns a link to the documentation of an item, if there is one.
    fn item(&self, crate_name: &str, path: &str) -> Option<String> {
        let item = path.rsplit("::").next().unwrap_or(path);
        let page = self.docs.item(crate_name, item)?;
        Some(format!("[`{path}`](../{page})"))
    }
}
