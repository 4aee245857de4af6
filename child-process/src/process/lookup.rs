//! Where a program is looked for: the rules of `execvp`, with the child's own PATH and directory, as in Node.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use nix::errno::Errno;

use super::command::Command;

/// Where libc looks when there is no PATH.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Calls `start` with each file that may be the program until one starts.
///
/// An entry of the PATH that is missing is passed over; one that may not be searched, or a file that is not
/// executable, only counts if nothing else is found.
pub fn start_first<T>(
    command: &Command,
    program: &OsStr,
    mut start: impl FnMut(PathBuf) -> Result<T, Errno>,
) -> Result<T, Errno> {
    if program.as_bytes().contains(&b'/') {
        return start(program.into());
    }
    if program.is_empty() {
        return Err(Errno::ENOENT);
    }
    let mut refusal = Errno::ENOENT;
    for folder in std::env::split_paths(&search_path(command)) {
        // An empty entry is the working directory, which is the child's.
        let file = if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder
        };
        let file = file.join(program);
        let seen_from_here = command.start.cwd.clone().unwrap_or_default().join(&file);
        // Asking first is quicker than starting a process that finds nothing to execute.
        if std::fs::metadata(seen_from_here)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            continue;
        }
        match start(file) {
            Err(
                Errno::ENOENT | Errno::ENOTDIR | Errno::ESTALE | Errno::ENODEV | Errno::ETIMEDOUT,
            ) => {}
            Err(Errno::EACCES) => refusal = Errno::EACCES,
            started => return started,
        }
    }
    Err(refusal)
}

/// Returns the PATH that the child will have.
fn search_path(command: &Command) -> OsString {
    let set = command.env.iter().rev().find(|(name, _)| name == "PATH");
    let path = match set {
        Some((_, value)) => value.clone(),
        None if command.clear_env => None,
        None => std::env::var_os("PATH"),
    };
    path.unwrap_or_else(|| DEFAULT_PATH.into())
}
