//! All `NODE.md` as one table: Node's name, what kind of counterpart it has, and which.

use anyhow::Result;

use super::pages::{Book, fill};

const TEMPLATE: &str = include_str!("../../../book/features.template");
/// What a line of a `NODE.md` says of a feature.
const KINDS: [&str; 4] = ["counterpart", "plain Rust", "difference", "none"];

impl Book<'_> {
    /// Returns the page of all lines whose second column is a kind, and of how many names there are.
    pub fn features(&self) -> Result<String> {
        let (mut names, mut counts, mut rows) = (0, String::new(), String::new());
        for topic in self.crates.iter().map(|one| &one.name) {
            let file = format!("{topic}/NODE.md");
            let link = format!("| [{topic}]({topic}/node.html)");
            let mut of_kind = [0; KINDS.len()];
            let text = self.text(&file)?;
            for line in text.lines().filter(|line| line.starts_with("| ")) {
                let cells = Vec::from_iter(line.split(" | "));
                let kind = KINDS.iter().position(|kind| cells.get(1) == Some(kind));
                if let Some(kind) = kind {
                    // A line may be about several names.
                    of_kind[kind] += (cells[0].matches('`').count() / 2).max(1);
                    rows += &format!("{link} {}\n", self.rewrite(line, &file, 0));
                }
            }
            let all: usize = of_kind.iter().sum();
            let [counterpart, plain, difference, none] = of_kind;
            let share = (all - none) * 100 / all.max(1);
            let kinds = format!("{counterpart} | {plain} | {difference} | {none}");
            counts += &format!("{link} | {all} | {kinds} | {share} % |\n");
            names += all;
        }
        let names = names.to_string();
        let values = [("names", &*names), ("counts", &counts), ("rows", &rows)];
        Ok(fill(TEMPLATE, &values))
    }
}
