//! Where a program is looked for: the rules of `execvp`, with the child's own PATH and directory, as in Node.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;

/// Where libc looks when there is no PATH.
pub const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Calls `start` with each file that may be the program until one starts. `path` is the PATH, `cwd` the directory that
/// the child will have.
///
/// An entry of the PATH that is missing is passed over; one that may not be searched, or a file that is not
/// executable, only counts if nothing else is found.
pub fn start_first<T>(
    program: &OsStr,
    path: &OsStr,
    cwd: Option<&Path>,
    mut start: impl FnMut(&Path) -> Result<T, Errno>,
) -> Result<T, Errno> {
    use Errno::{ENODEV, ENOENT, ENOTDIR, ESTALE, ETIMEDOUT};
    if program.as_bytes().contains(&b'/') {
        return start(Path::new(program));
    }
    if program.is_empty() {
        return Err(ENOENT);
    }
    let mut refusal = ENOENT;
    for folder in std::env::split_paths(path) {
        // An empty entry is the working directory, which is the child's.
        let file = folder.join(program);
        let seen_from_here = cwd.unwrap_or(Path::new("")).join(&file);
        let found = std::fs::metadata(seen_from_here);
        // Asking first is quicker than starting a process that finds nothing to execute.
        if found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            continue;
        }
        match start(&file) {
            Err(ENOENT | ENOTDIR | ESTALE | ENODEV | ETIMEDOUT) => {}
            Err(Errno::EACCES) => refusal = Errno::EACCES,
            started => return started,
        }
    }
    Err(refusal)
}
