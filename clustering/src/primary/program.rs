//! The program of this process, as a person would name it: what workers and new versions run.

use std::env;
use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{self, PathBuf};
use std::sync::OnceLock;

/// Returns the name by which this process was started, made absolute: where a symbolic link or another file is put in its place, that is what is started.
/// [`env::current_exe`] names the file that was running, which a deployment may have removed.
///
/// # Errors
///
/// What the system says of the running file, where the name by which the process was started leads nowhere.
pub fn program() -> io::Result<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let program = PROGRAM.get_or_init(find);
    program.clone().map_or_else(env::current_exe, Ok)
}

fn find() -> Option<PathBuf> {
    let id = |file: Metadata| (file.dev(), file.ino());
    let running = env::current_exe().and_then(|file| file.metadata());
    let running = running.map(id).ok()?;
    let name = env::args_os().next()?;
    // A name without a slash was looked up, as a shell does.
    let folders = match name.as_bytes().contains(&b'/') {
        true => ".".into(),
        false => env::var_os("PATH")?,
    };
    let files = env::split_paths(&folders).map(|folder| folder.join(&name));
    let is_running = |file: &PathBuf| file.metadata().is_ok_and(|file| id(file) == running);
    path::absolute(files.into_iter().find(is_running)?).ok()
}
