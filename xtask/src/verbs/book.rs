//! `book`: a site of the files that `verify` proves: Node on the left, Rust on the right, below what both print.
//!
//! mdBook makes it from pages that are written into a temporary folder. The site appears whole or not at all, and only
//! if each of its links leads somewhere.

mod features;
mod lesson;
mod links;
mod pages;
mod pictures;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use fs_err as fs;

use self::links::Docs;
use self::pages::Book;
use crate::cases::{Workspace, all_files};
use crate::exit_error::ExitError;
use crate::run::process::run_showing_output;
use crate::run::{Node, cargo, copy_files, interrupt, remove};

/// The version of mdBook that the templates are written for.
const MDBOOK: &str = "0.5.4";

/// Says that a folder is a book of ours, which may be written anew.
const MARK: &str = ".cargo-xtask-book";

/// How `book` is called.
#[derive(clap::Args)]
pub struct Options {
    /// Show it in a browser
    #[arg(long)]
    open: bool,
    /// Where it goes instead of `target/book`: a folder that is empty or not there, or a book
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Without the documentation of the libraries, which takes cargo longer than all the rest
    #[arg(long)]
    no_doc: bool,
    /// As for `verify`: the Node whose runs are drawn beside ours
    #[arg(long, value_name = "auto|require|skip|PATH", default_value = "auto")]
    node: String,
}

/// Writes the site and returns the exit status.
pub fn book(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    check_mdbook()?;
    let target = cargo::target_folder(&workspace.root)?;
    let out = options.out.clone().unwrap_or_else(|| target.join("book"));
    let out = std::path::absolute(out)?;
    let is_book = out.join(MARK).exists();
    let is_free = !out.exists() || fs::read_dir(&out).is_ok_and(|mut all| all.next().is_none());
    let taken = format!("{} is there, and is no book", out.display());
    ensure!(is_book || is_free, ExitError::Usage(taken));
    // A wrong `--node` is said before minutes of work.
    let node = Node::find(&options.node)?;
    let docs = match options.no_doc {
        true => None,
        false => Some(document(&workspace.root, &target)?),
    };
    let home = out.parent().unwrap_or(&out);
    fs::create_dir_all(home)?;
    let temp = tempfile::tempdir_in(home)?;
    let (source, site) = (temp.path().join("source"), temp.path().join("site"));
    let book = Book::read(&workspace, source.join("src"), Docs(docs))?;
    book.write(&source, &pictures::record(&book, node)?)?;
    let mut mdbook = Command::new("mdbook");
    mdbook
        .env("MDBOOK_LOG", "warn")
        .args(["build", "--dest-dir"]);
    run(mdbook.arg(&site).arg(&source), "mdbook build")?;
    if let Docs(Some(docs)) = &book.docs {
        copy_files(docs, &site.join("doc"), &all_files(docs)?)?;
    }
    let dead = links::dead(&site)?;
    if !dead.is_empty() {
        dead.iter().for_each(|link| outln!("{link}"));
        outln!("not written: {} dead links", dead.len());
        return Ok(1);
    }
    fs::write(site.join(MARK), "")?;
    remove(&out)?;
    fs::rename(&site, &out)?;
    let index = out.join("index.html");
    outln!("file://{}", index.display());
    if options.open {
        let missing = |_| ExitError::Missing("no xdg-open is there to show it".to_owned());
        Command::new("xdg-open")
            .arg(index)
            .spawn()
            .map_err(missing)?;
    }
    Ok(0)
}

fn check_mdbook() -> Result<()> {
    let output = Command::new("mdbook").arg("--version").output();
    let says = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let says = says.unwrap_or_else(|_| "no mdbook".to_owned());
    let install = format!("`cargo install mdbook --version {MDBOOK} --locked` installs it");
    let missing = format!("{says} is on the PATH, and this needs 0.5; {install}");
    ensure!(says.contains(" v0.5."), ExitError::Missing(missing));
    Ok(())
}

/// Writes the documentation of the libraries and returns its folder.
fn document(root: &Path, target: &Path) -> Result<PathBuf> {
    let docs = target.join("doc");
    // Cargo leaves there what was documented before, and the pages would list it.
    remove(&docs)?;
    let mut doc = cargo::command(root);
    doc.args([
        "doc",
        "--workspace",
        "--exclude",
        "xtask",
        "--no-deps",
        "--lib",
    ]);
    run(&mut doc, "cargo doc")?;
    Ok(docs)
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let outcome = run_showing_output(command)?;
    interrupt::check()?;
    ensure!(outcome.is_good(), "{name} failed: it {}", outcome.end);
    Ok(())
}
