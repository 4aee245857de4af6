//! Which files there are: what git knows of, or would if they were added.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use fs_err as fs;
use serde::de::DeserializeOwned;
use walkdir::WalkDir;

use crate::exit_error::ExitError;

/// Returns the files below a folder that are no products: what git does not ignore, or, without git, all but `target`.
pub fn known_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-coz", "--exclude-standard"]);
    let output = git.current_dir(folder).output().ok();
    let Some(output) = output.filter(|output| output.status.success()) else {
        return all_files(folder);
    };
    let names = output.stdout.split(|byte| *byte == 0);
    let mut files = Vec::from_iter(names.map(|name| PathBuf::from(OsStr::from_bytes(name))));
    // What was deleted and not yet committed is still listed, as is a file in conflict, three times.
    files.retain(|file| folder.join(file).is_symlink() || folder.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// Returns all files below a folder, without folders named `target` and `.git`.
pub fn all_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_wanted = |name: &OsStr| name != "target" && name != ".git";
    let entries = WalkDir::new(folder).min_depth(1).sort_by_file_name();
    let entries = entries.into_iter();
    let mut files = Vec::new();
    for entry in entries.filter_entry(|entry| is_wanted(entry.file_name())) {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            files.push(entry.path().strip_prefix(folder)?.to_owned());
        }
    }
    Ok(files)
}

/// Reads a file that a person wrote.
///
/// # Errors
///
/// [`ExitError::Usage`] if it cannot be read or understood.
pub fn read_toml<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).map_err(|error| ExitError::Usage(error.to_string()))?;
    let value = toml::from_str(&text);
    value.map_err(|error| ExitError::Usage(format!("{}: {error}", file.display())).into())
}
