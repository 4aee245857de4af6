//! `copy`: the promise "copy it into your project", kept for one crate.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use toml::Table;

use crate::cases::{Workspace, known_files, read_toml};
use crate::exit_error::ExitError;
use crate::run::{cargo, copy_files};
use crate::tidy;

/// How `copy` is called.
#[derive(clap::Args)]
pub struct Options {
    /// The crate
    #[arg(value_name = "CRATE")]
    name: String,
    /// The folder that it becomes; it must be empty or not there
    dest: PathBuf,
}

/// Copies a crate that can travel and says what its new home has to add; returns the exit status.
pub fn copy(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let one = workspace.find_crate(&options.name);
    let one = one.ok_or_else(|| ExitError::NothingMatched(options.name.to_owned()))?;
    let dest = destination(&options.dest)?;
    let is_inside =
        dest.starts_with(&workspace.root) && !dest.starts_with(workspace.root.join("target"));
    let inside = format!("{} is inside this workspace", dest.display());
    ensure!(!is_inside, ExitError::Usage(inside));
    let findings = tidy::blocks_copy(&workspace.root, one)?;
    if !findings.is_empty() {
        findings.iter().for_each(|finding| outln!("{finding}"));
        outln!("not copied: {} would not stand alone", one.name);
        return Ok(1);
    }
    let home = dest.parent().unwrap_or(&dest);
    fs::create_dir_all(home)?;
    // There whole or not at all.
    let temp = tempfile::tempdir_in(home).with_context(|| home.display().to_string())?;
    let draft = temp.path().join("crate");
    let files = known_files(&one.dir)?;
    copy_files(&one.dir, &draft, &files)?;
    if let Ok(there) = fs::metadata(&dest) {
        fs::set_permissions(&draft, there.permissions())?;
    }
    fs::rename(&draft, &dest)?;
    outln!("{} files are in {}", files.len(), dest.display());
    advise(&one.name, &dest)?;
    Ok(0)
}

/// Returns the absolute path of a folder that is empty or not there.
fn destination(named: &Path) -> Result<PathBuf> {
    let refused = |why: &str| ExitError::Usage(format!("{} {why}", named.display()));
    let link = "is a link: name the folder itself";
    ensure!(!named.is_symlink(), refused(link));
    let is_empty = fs::read_dir(named).is_ok_and(|mut entries| entries.next().is_none());
    let is_free = is_empty || !named.exists();
    ensure!(is_free, refused("is there and is no empty folder"));
    let name = named.file_name();
    let name = name.ok_or_else(|| refused("ends in no name"))?;
    let absolute = std::path::absolute(named)?;
    let home = absolute.parent().unwrap_or(&absolute);
    // Without `..` and links, since the folders above are to be asked; what is not there has none.
    let there = home.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(home);
    let file = format!("would lie below {}, which is a file", there.display());
    ensure!(there.is_dir(), refused(&file));
    let rest = home.strip_prefix(there)?;
    Ok(there.canonicalize()?.join(rest).join(name))
}

/// Says what the manifests above have to add.
fn advise(name: &str, dest: &Path) -> Result<()> {
    // Cargo knows whether the copy is a member already (`members = ["*"]`), and which workspace does not list it.
    let mut metadata = cargo::command(dest);
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let complaint = String::from_utf8_lossy(&metadata.output()?.stderr).into_owned();
    let mut lines = complaint.lines();
    let root = lines.find_map(|line| line.strip_prefix("workspace: "));
    if let Some(root) = root.map(|root| Path::new(root.trim())) {
        let path = dest.strip_prefix(root.parent().unwrap_or(root))?;
        let (root, path) = (root.display(), path.display());
        outln!("add to members in {root}:\n\"{path}\"");
    }
    let mut above = dest.ancestors().skip(1);
    let home = above.find(|folder| folder.join("Cargo.toml").is_file());
    let folder = dest.file_name().unwrap_or_default().display();
    let (mut user, mut path) = ("a package beside it".to_owned(), format!("../{folder}"));
    if let Some(home) = home {
        let manifest = home.join("Cargo.toml");
        user = manifest.display().to_string();
        path = dest.strip_prefix(home)?.display().to_string();
        if !read_toml::<Table>(&manifest)?.contains_key("package") {
            (user, path) = (format!("a member of {user}"), format!("../{path}"));
        }
    } else {
        outln!("nothing is needed");
    }
    outln!("to use it, {user} adds to its [dependencies]:\n{name} = {{ path = \"{path}\" }}");
    Ok(())
}
