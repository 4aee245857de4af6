//! `copy`: the promise "copy it into your project", kept for one crate.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::stop::Stop;
use crate::tidy;
use crate::workspace::Workspace;
use crate::{cargo, interrupt};

/// How `copy` is called.
#[derive(clap::Args)]
pub struct Options {
    /// The crate
    #[arg(value_name = "CRATE")]
    krate: String,
    /// The folder that it becomes; it must be empty or not there
    dest: PathBuf,
}

/// Copies a crate that can travel and says what its new home has to add; returns the exit status.
pub fn copy(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let one = workspace.find_crate(&options.krate);
    let one = one.ok_or_else(Stop::nothing_matched)?;
    let dest = &options.dest;
    let is_empty = fs::read_dir(dest).is_ok_and(|mut entries| entries.next().is_none());
    if !is_empty && dest.symlink_metadata().is_ok() {
        let text = format!("{} is there and is no empty folder", dest.display());
        return Err(Stop::usage(text).into());
    }
    let findings = tidy::what_keeps_it_here(&workspace.root, one)?;
    if !findings.is_empty() {
        findings.iter().for_each(|finding| println!("{finding}"));
        println!("not copied: {} would not stand alone", one.name);
        return Ok(1);
    }
    let name = dest.file_name();
    let name = name.ok_or_else(|| Stop::usage("the last part of DEST is no name"))?;
    let home = std::path::absolute(dest)?.with_file_name("");
    fs::create_dir_all(&home).with_context(|| home.display().to_string())?;
    // Without `..`, since the folders above are to be asked.
    let (home, dest) = (home.canonicalize()?, home.canonicalize()?.join(name));
    // There whole or not at all.
    let draft = tempfile::tempdir_in(&home)?;
    let count = copy_files(&one.dir, &draft.path().join("crate"))?;
    fs::rename(draft.path().join("crate"), &dest)?;
    println!("{count} files are in {}", dest.display());
    advise(&one.name, &dest)?;
    Ok(0)
}

/// What the manifests above have to say. Whether the copy is a member already (`members = ["*"]`) cargo knows best.
fn advise(name: &str, dest: &Path) -> Result<()> {
    let mut above = dest.ancestors().skip(1);
    let Some(nearest) = above.clone().find(|one| one.join("Cargo.toml").is_file()) else {
        let folder = dest.file_name().unwrap_or_default().display();
        println!("nothing is needed; a package beside it adds to its [dependencies]:");
        println!("{name} = {{ path = \"../{folder}\" }}");
        return Ok(());
    };
    let mut metadata = cargo::command(dest);
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let complaint = String::from_utf8_lossy(&metadata.output()?.stderr).into_owned();
    let is_stranger = complaint.contains("believes it's in a workspace");
    let is_root = |one: &&Path| {
        let text = fs::read_to_string(one.join("Cargo.toml")).unwrap_or_default();
        text.lines().any(|line| line.starts_with("[workspace"))
    };
    if let Some(root) = above.find(is_root).filter(|_| is_stranger) {
        let path = dest.strip_prefix(root)?.display();
        println!(
            "add to members in {}/Cargo.toml:\n\"{path}\"",
            root.display()
        );
    }
    let (path, home) = (dest.strip_prefix(nearest)?.display(), nearest.display());
    println!("to use it, add to [dependencies] in {home}/Cargo.toml:");
    println!("{name} = {{ path = \"{path}\" }}");
    Ok(())
}

/// Copies the files of `from` that git knows of, or would if they were added, to a new folder; returns how many.
pub fn copy_files(from: &Path, to: &Path) -> Result<usize> {
    let files = known_files(from)?;
    for file in &files {
        if interrupt::requested() {
            return Err(Stop::interrupted().into());
        }
        let (source, target) = (from.join(file), to.join(file));
        let copied = fs::create_dir_all(target.parent().unwrap_or(to)).and_then(|()| {
            if source.is_symlink() {
                symlink(fs::read_link(&source)?, &target)
            } else {
                fs::copy(&source, &target).map(|_| ())
            }
        });
        copied.with_context(|| source.display().to_string())?;
    }
    Ok(files.len())
}

/// The files below a folder that are no products: what git does not ignore, or, without git, all but `target`.
pub fn known_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "-co", "--exclude-standard"]);
    let output = git.current_dir(folder).stderr(Stdio::null()).output();
    let mut files = Vec::new();
    if let Some(output) = output.ok().filter(|output| output.status.success()) {
        let text = String::from_utf8(output.stdout).context("a file name that is no UTF-8")?;
        files.extend(text.split_terminator('\0').map(PathBuf::from));
        // What was deleted and not yet committed is still listed, as is a file in conflict, thrice.
        files.dedup();
        files.retain(|file| {
            let path = folder.join(file);
            path.is_symlink() || path.is_file()
        });
    } else {
        walk(folder, Path::new(""), &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, below: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            files.push(path);
        } else if !matches!(entry.file_name().to_str(), Some("target" | ".git")) {
            walk(folder, &path, files)?;
        }
    }
    Ok(())
}
