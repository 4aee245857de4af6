//! The recorded runs of lessons: a crate with a folder `pictures/` has a tool that draws them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use fs_err as fs;

use super::pages::Book;
use crate::cases::Case;
use crate::run::process::run;
use crate::run::{Node, cargo, interrupt, pool};

/// A recording ends with the lesson, and a lesson has ten seconds.
const LIMIT: Duration = Duration::from_secs(30);

/// Draws ours beside Node's run, as a picture and as a page to step through, and returns the ids of the lessons that
/// have one. Without Node, nothing is drawn.
pub fn record(book: &Book, node: Node) -> Result<BTreeSet<String>> {
    let crates = book.crates.iter().copied();
    let crates = Vec::from_iter(crates.filter(|one| one.dir.join("pictures").is_dir()));
    let Some(node) = node.path.filter(|_| !crates.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let tools = cargo::build_all(&crates, &[])?;
    let draw = |case: &Case| -> Result<Option<String>> {
        let folder = book.pages.join(&case.crate_name).join("pictures");
        fs::create_dir_all(&folder)?;
        for end in ["svg", "html"] {
            let mut command = Command::new(&tools[&case.crate_name]);
            command.current_dir(&folder).env("NODE", &node);
            command.args(["trace", &case.args[1], "-o"]);
            command.arg(format!("{}.{end}", case.args[1]));
            command
                .arg("--beside")
                .arg(case.golden.with_extension("mjs"));
            let outcome = run(&mut command, None, LIMIT)?;
            if !outcome.is_good() {
                let says = String::from_utf8_lossy(&outcome.stderr);
                errln!("{} is not drawn: it {} {says}", case.id, outcome.end);
                return Ok(None);
            }
        }
        share_script(&folder.join(format!("{}.html", case.args[1])))?;
        Ok(Some(case.id.clone()))
    };
    let lessons = crates.iter().flat_map(|one| book.lessons(one)).collect();
    let jobs = std::thread::available_parallelism().map_or(1, Into::into);
    let mut drawn = Vec::new();
    pool::each(&[(jobs, lessons)], draw, |done| drawn.push(done));
    interrupt::check()?;
    drawn.into_iter().filter_map(Result::transpose).collect()
}

/// Moves the script of a page into a file beside it: all pages have the same, and it is most of each.
fn share_script(page: &Path) -> Result<()> {
    let text = fs::read_to_string(page)?;
    let (before, rest) = text.rsplit_once("<script>").context("no script")?;
    let (script, after) = rest.split_once("</script>").context("no end")?;
    fs::write(page.with_file_name("steps.js"), script)?;
    // The page allows what it has inside, and nothing from elsewhere.
    let before = before.replacen("script-src 'unsafe-inline'", "script-src 'self' file:", 1);
    let text = format!("{before}<script src=\"steps.js\"></script>{after}");
    Ok(fs::write(page, text)?)
}
