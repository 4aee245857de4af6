//! Links: where those of the workspace's files lead in the site, and whether all of the site's lead somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;
use regex_lite::Captures;

use crate::cases::{all_files, regex};
use crate::tidy::resolve;

/// The folder of the libraries' documentation, which is `doc/` in the site.
pub struct Docs(pub Option<PathBuf>);

impl Docs {
    /// Returns the page of an item of a crate, if it has one.
    pub fn item(&self, crate_name: &str, item: &str) -> Option<String> {
        let library = crate_name.replace('-', "_");
        let kinds = ["fn", "struct", "trait", "enum", "macro", "type", "constant"];
        let pages = kinds.map(|kind| format!("{library}/{kind}.{item}.html"));
        pages.into_iter().find_map(|page| self.page(&page))
    }

    /// Returns the page that shows a file below `src/` of a crate, if there is one.
    pub fn source(&self, crate_name: &str, file: &str) -> Option<String> {
        let library = crate_name.replace('-', "_");
        self.page(&format!("src/{library}/{file}.html"))
    }

    fn page(&self, page: &str) -> Option<String> {
        let folder = self.0.as_ref()?;
        let is_there = folder.join(page).is_file();
        is_there.then(|| format!("doc/{page}"))
    }
}

/// Returns the text of a file of the workspace for a page of the site; `to_page` says where a link to a file leads. A
/// link to what the site does not have becomes its text.
pub fn rewrite(text: &str, file: &str, to_page: impl Fn(&str) -> Option<String>) -> String {
    let link = regex(r"(!?\[((?:[^\[\]]|\[[^\]]*\])*)\])\(([^)\s]+)\)");
    let mut is_code = false;
    let lines = text.split_inclusive('\n').map(|line| {
        is_code ^= line.trim_start().starts_with("```");
        if is_code {
            return line.to_owned();
        }
        let replaced = link.replace_all(line, |groups: &Captures| {
            let [whole, shown, text, target] = [0, 1, 2, 3].map(|group| &groups[group]);
            if target.contains(':') {
                return whole.to_owned(); // It leads to another site.
            }
            let target = match target.strip_prefix('#') {
                Some(place) => format!("{file}#{place}"),
                None => resolve(file, target).to_string_lossy().into_owned(),
            };
            to_page(&target).map_or(text.to_owned(), |page| format!("{shown}({page})"))
        });
        replaced.into_owned()
    });
    lines.collect()
}

/// Returns the links of the pages that lead nowhere, each with its page. The documentation's own are cargo's affair.
pub fn dead(site: &Path) -> Result<Vec<String>> {
    let link = regex(r#"<(?:a|img|link|script)\s[^>]*?(?:href|src)="([^"]*)""#);
    let id = regex(r#"\sid="([^"]*)""#);
    let files: BTreeSet<PathBuf> = all_files(site)?.into_iter().collect();
    let is_page = |file: &&PathBuf| {
        file.extension().is_some_and(|end| end == "html") && !file.starts_with("doc")
    };
    let mut pages = BTreeMap::new();
    for file in files.iter().filter(is_page) {
        pages.insert(file.as_path(), fs::read_to_string(site.join(file))?);
    }
    let ids = |text: &String| id.captures_iter(text).map(|it| it[1].to_owned()).collect();
    let ids: BTreeMap<&Path, BTreeSet<String>> = pages
        .iter()
        .map(|(page, text)| (*page, ids(text)))
        .collect();
    let mut dead = BTreeSet::new();
    for (page, text) in &pages {
        for groups in link.captures_iter(text) {
            let target = groups[1].replace("&amp;", "&");
            let (path, fragment) = target.split_once('#').unwrap_or((&target, ""));
            if path.contains(':') {
                continue; // It leads to another site.
            }
            let file = match path {
                "" => page.to_path_buf(),
                _ => resolve(&page.to_string_lossy(), path),
            };
            let known = ids.get(file.as_path());
            let has_place = fragment.is_empty() || known.is_none_or(|ids| ids.contains(fragment));
            if !files.contains(&file) || !has_place {
                dead.insert(format!("{}: {target} leads nowhere", page.display()));
            }
        }
    }
    Ok(dead.into_iter().collect())
}
