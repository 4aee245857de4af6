//! The page of a lesson: what one learns, both programs, what both print, the difference, how to run it.

use std::collections::BTreeSet;

use anyhow::Result;
use fs_err as fs;
use regex_lite::Captures;

use super::pages::{Book, fill};
use crate::cases::{Case, regex};

const TEMPLATE: &str = include_str!("../../../book/lesson.template");
const LIBRARY: &str = r#"<p role="heading" aria-level="2" id="library">What stands for what</p>"#;
/// Opens the paragraph that gives a reason to the reviewer of a lesson.
const REASON: &str = "Longer than the Node program";

impl Book<'_> {
    /// Returns what the tour calls a lesson: a row of its table has the name, and ends with the title.
    pub fn title(&self, case: &Case) -> String {
        let tour = self.text(&format!("{}/src/tour.rs", case.crate_name));
        let row = regex(&format!("(?m)^.*{:?}.*\"(.*)\";$", case.args[1]));
        let title = row.captures(&tour).map(|row| row[1].to_owned());
        title.unwrap_or_else(|| case.args[1].clone())
    }

    /// Returns the page of a lesson, which is one of `count`.
    pub fn lesson(
        &self,
        case: &Case,
        number: usize,
        count: usize,
        picture: &str,
    ) -> Result<String> {
        let (crate_name, name) = (&case.crate_name, &case.args[1]);
        let read = |end: &str| fs::read_to_string(case.golden.with_extension(end));
        let [rust, node, output] = [read("rs")?, read("mjs")?, read("out")?];
        let comment = rust.lines().map_while(|line| line.strip_prefix("//!"));
        let comment = Vec::from_iter(comment.map(str::trim)).join("\n");
        let comment = self.link_items(crate_name, &comment);
        let (learn, rest) = comment.split_once("\n\n").unwrap_or((&comment, ""));
        let rest = rest
            .split("\n\n")
            .filter(|paragraph| !paragraph.starts_with(REASON));
        let rest = Vec::from_iter(rest).join("\n\n");
        let difference = match rest.as_str() {
            "" => "None: step for step the same.",
            _ => &rest,
        };
        let readme = self.text(&format!("{crate_name}/README.md"));
        let library = self.library(crate_name, name, &rust, &readme);
        let (number, count) = (number.to_string(), count.to_string());
        let title = self.title(case);
        let values = [
            ("title", title.as_str()),
            ("crate", crate_name),
            ("name", name),
            ("number", &number),
            ("count", &count),
            ("learn", learn),
            ("node", &node),
            ("rust", &rust),
            ("output", &output),
            ("picture", picture),
            ("difference", difference),
            ("library", &library),
        ];
        Ok(fill(TEMPLATE, &values))
    }

    /// Returns what stands for what in the lesson, and the items of the library that its program uses.
    fn library(&self, crate_name: &str, name: &str, rust: &str, readme: &str) -> String {
        let mut text = String::new();
        let lesson = format!("(examples/{name}.rs)");
        let rows = readme
            .lines()
            .filter(|line| line.starts_with('|') && line.contains(&lesson));
        let cells = rows.filter_map(|row| row.rsplit_once("| [").map(|(row, _)| row));
        let rows: String = cells.map(|row| format!("{row}|\n")).collect();
        if !rows.is_empty() {
            let table = format!("\n| Node | here |\n|---|---|\n{rows}\n");
            text += &self.rewrite(&table, &format!("{crate_name}/README.md"), 1);
        }
        let library = crate_name.replace('-', "_");
        let used = regex(&format!(r"\b{library}::(?s:(\{{.*?\}};|\w+))"));
        let word = regex(r"\w+");
        let used = used.captures_iter(rust).map(|groups| groups[1].to_owned());
        let used: String = Vec::from_iter(used).join(" ");
        let names: BTreeSet<&str> = word.find_iter(&used).map(|name| name.as_str()).collect();
        let link = |name: &&str| {
            let page = self.docs.item(crate_name, name)?;
            Some(format!("[`{name}`](../{page})"))
        };
        let links = Vec::from_iter(names.iter().filter_map(link)).join(", ");
        if !links.is_empty() {
            text += &format!("In the library's documentation: {links}.\n");
        }
        match text.as_str() {
            "" => text,
            _ => format!("{LIBRARY}\n{text}"),
        }
    }

    /// Makes links of what a comment names in brackets, as cargo doc does.
    fn link_items(&self, crate_name: &str, comment: &str) -> String {
        let name = regex(r"\[`([^`\]]+)`\]");
        let linked = name.replace_all(comment, |groups: &Captures| {
            let name = &groups[1];
            let item = name.rsplit("::").next().unwrap_or(name);
            match self.docs.item(crate_name, item) {
                Some(page) => format!("[`{name}`](../{page})"),
                None => format!("`{name}`"),
            }
        });
        linked.into_owned()
    }
}
