//! The recorded runs of lessons: a crate with a folder `pictures/` has a tool that draws them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use fs_err as fs;

use super::pages::Book;
use crate::cases::Case;
use crate::run::process::run;
use crate::run::{Node, cargo, interrupt, pool};

/// A recording ends with the lesson, and a lesson has ten seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// Draws ours beside Node's run, as a picture and as a page to step through, and returns the ids of the lessons that
/// have one. Without Node, nothing is drawn.
pub fn record(book: &Book, pages: &Path, node: &str) -> Result<BTreeSet<String>> {
    let drawing = book.crates.iter().copied();
    let drawing = drawing.filter(|one| one.dir.join("pictures").is_dir());
    let crates = Vec::from_iter(drawing);
    let node = Node::find(node)?;
    let Some(path) = node.path.filter(|_| !crates.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let tools = cargo::build_all(&crates, &[])?;
    let draw = |case: &Case| -> Result<Option<String>> {
        let folder = pages.join(&case.crate_name).join("pictures");
        fs::create_dir_all(&folder)?;
        for end in ["svg", "html"] {
            let mut command = Command::new(&tools[&case.crate_name]);
            command.args(["trace", &case.args[1], "--beside"]);
            command
                .arg(case.golden.with_extension("mjs"))
                .env("NODE", &path);
            command
                .arg("-o")
                .arg(folder.join(&case.args[1]).with_extension(end));
            let outcome = run(command.current_dir(&folder), None, LIMIT)?;
            let says = String::from_utf8_lossy(&outcome.stderr).into_owned();
            if !outcome.is_good() {
                errln!("{} is not drawn: it {}: {says}", case.id, outcome.end);
                return Ok(None);
            }
        }
        Ok(Some(case.id.clone()))
    };
    let lessons = crates.iter().flat_map(|one| book.lessons(one)).collect();
    let jobs = std::thread::available_parallelism().map_or(1, Into::into);
    let mut drawn = Vec::new();
    pool::each(&[(jobs, lessons)], draw, |done| drawn.push(done));
    interrupt::check()?;
    let drawn: Result<BTreeSet<_>> = drawn.into_iter().collect();
    Ok(drawn?.into_iter().flatten().collect())
}
