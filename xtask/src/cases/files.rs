//! Which files there are: what git knows of, or would if they were added.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

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
    let mut files: Vec<_> = names
        .map(|name| PathBuf::from(OsStr::from_bytes(name)))
        .collect();
    // What was deleted and not yet committed is still listed, as is a file in conflict, three times.
    files.retain(|file| folder.join(file).is_symlink() || folder.join(file).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}

/// Returns all files below a folder, without folders named `target` and `.git`.
pub fn all_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        if !entry.file_type()?.is_dir() {
            files.push(name);
        } else if !matches!(name.to_str(), Some("target" | ".git")) {
            let below = all_files(&entry.path())?;
            files.extend(below.iter().map(|file| name.join(file)));
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file that a person wrote.
///
/// # Errors
///
/// [`ExitError::usage`] if it cannot be read or understood.
pub fn read_toml<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let text = fs::read_to_string(file).context("it cannot be read");
    let value = text.and_then(|text| Ok(toml::from_str(&text)?));
    value.map_err(|error| ExitError::usage(format!("{}: {error:#}", file.display())).into())
}

/// Reads a text file; an error names it.
pub fn read_text(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}
