//! Which files there are: what git knows of, or would if it were told.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, anyhow};

/// The files below a folder that are no products: what git does not ignore, or, without git, all but `target`.
pub fn known_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "-co", "--exclude-standard"]);
    let output = git.current_dir(folder).stderr(Stdio::null()).output();
    let mut files = Vec::new();
    if let Some(output) = output.ok().filter(|output| output.status.success()) {
        let text = text(output.stdout)?;
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

/// What a copy of the folder takes along although it was never added, and what it lacks since it was deleted, by name.
pub fn doubtful(folder: &Path) -> Result<[Vec<String>; 2]> {
    let list = |option: &str| {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", option, "--exclude-standard"]);
        let output = git.current_dir(folder).stderr(Stdio::null()).output();
        let names = output.map_or(Ok(String::new()), |output| text(output.stdout))?;
        anyhow::Ok(names.split_terminator('\0').map(str::to_owned).collect())
    };
    Ok([list("-o")?, list("-d")?])
}

fn text(names: Vec<u8>) -> Result<String> {
    String::from_utf8(names).map_err(|error| {
        let names = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let bad = names.split('\0').find(|name| name.contains('\u{fffd}'));
        anyhow!("a file name that is no UTF-8: {}", bad.unwrap_or_default())
    })
}
