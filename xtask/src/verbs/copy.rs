//! `copy`: the promise "copy it into your project", kept for one crate.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cases::files::{doubtful, known_files};
use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;
use crate::run::{cargo, interrupt};
use crate::tidy;

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
    let one = one.ok_or_else(|| ExitError::nothing_matched(&options.krate))?;
    let dest = destination(&options.dest)?;
    if dest.starts_with(&workspace.root) && !dest.starts_with(workspace.root.join("target")) {
        return Err(
            ExitError::usage(format!("{} is inside this workspace", dest.display())).into(),
        );
    }
    let findings = tidy::blocks_copy(&workspace.root, one)?;
    if !findings.is_empty() {
        findings.iter().for_each(|finding| outln!("{finding}"));
        outln!("not copied: {} would not stand alone", one.name);
        return Ok(1);
    }
    let home = dest.parent().unwrap_or(&dest);
    fs::create_dir_all(home).with_context(|| home.display().to_string())?;
    // There whole or not at all.
    let temp = tempfile::tempdir_in(home).with_context(|| home.display().to_string())?;
    let draft = temp.path().join("crate");
    let count = copy_files(&one.dir, &draft)?;
    if let Ok(there) = fs::metadata(&dest) {
        fs::set_permissions(&draft, there.permissions())?;
    }
    fs::rename(&draft, &dest).with_context(|| dest.display().to_string())?;
    outln!("{count} files are in {}", dest.display());
    let [added, deleted] = doubtful(&one.dir)?;
    for file in added {
        outln!("{file} is not in git, and was copied as well");
    }
    for file in deleted {
        outln!("{file} was deleted here, and is missing in the copy");
    }
    advise(&one.name, &dest)?;
    Ok(0)
}

/// The absolute path of a folder that is empty or not there.
fn destination(named: &Path) -> Result<PathBuf> {
    let refused = |why: &str| ExitError::usage(format!("{} {why}", named.display()));
    if named.is_symlink() {
        return Err(refused("is a link: name the folder itself").into());
    }
    let is_empty = fs::read_dir(named).is_ok_and(|mut entries| entries.next().is_none());
    if named.exists() && !is_empty {
        return Err(refused("is there and is no empty folder").into());
    }
    let name = named.file_name();
    let name = name.ok_or_else(|| ExitError::usage("the last part of DEST is no name"))?;
    let absolute = std::path::absolute(named)?;
    let home = absolute.parent().unwrap_or(&absolute);
    // Without `..` and links, since the folders above are to be asked; what is not there has none.
    let there = home
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(home);
    if !there.is_dir() {
        return Err(refused(&format!(
            "would lie below {}, which is a file",
            there.display()
        ))
        .into());
    }
    let rest = home.strip_prefix(there)?;
    Ok(there.canonicalize()?.join(rest).join(name))
}

/// What the manifests above have to say. Whether the copy is a member already (`members = ["*"]`) cargo knows best.
fn advise(name: &str, dest: &Path) -> Result<()> {
    let mut above = dest.ancestors().skip(1);
    let Some(nearest) = above.clone().find(|one| one.join("Cargo.toml").is_file()) else {
        let folder = dest.file_name().unwrap_or_default().display();
        outln!("nothing is needed; a package beside it adds to its [dependencies]:");
        outln!("{name} = {{ path = \"../{folder}\" }}");
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
        outln!(
            "add to members in {}/Cargo.toml:\n\"{path}\"",
            root.display()
        );
    }
    let path = dest.strip_prefix(nearest)?.display();
    let manifest = nearest.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap_or_default();
    if text.lines().any(|line| line.starts_with("[package")) {
        outln!(
            "to use it, add to [dependencies] in {}:",
            manifest.display()
        );
        outln!("{name} = {{ path = \"{path}\" }}");
    } else {
        outln!(
            "to use it, a member of {} adds to its [dependencies]:",
            manifest.display()
        );
        outln!("{name} = {{ path = \"../{path}\" }}");
    }
    Ok(())
}

/// Copies the files of `from` that git knows of, or would if they were added, to a new folder; returns how many.
pub fn copy_files(from: &Path, to: &Path) -> Result<usize> {
    let files = known_files(from)?;
    for file in &files {
        if interrupt::requested() {
            return Err(ExitError::interrupted().into());
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
