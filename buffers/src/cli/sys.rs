//! What differs between systems: stdin and stdout as files, without the standard ones' buffers.

use std::fs::File;
use std::io;
use std::path::Path;

/// Returns stdin as a file.
pub fn stdin() -> io::Result<File> {
    file(&io::stdin())
}

/// Returns stdout as a file.
pub fn stdout() -> io::Result<File> {
    file(&io::stdout())
}

#[cfg(unix)]
fn file(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn file(stream: &impl std::os::windows::io::AsHandle) -> io::Result<File> {
    stream.as_handle().try_clone_to_owned().map(File::from)
}

/// Returns whether something is piped into stdin: a pipe, a socket or a regular file.
pub fn stdin_has_data() -> bool {
    let kind = stdin().and_then(|stdin| stdin.metadata());
    #[cfg(unix)]
    return kind.is_ok_and(|stdin| {
        use std::os::unix::fs::FileTypeExt;
        let kind = stdin.file_type();
        kind.is_file() || kind.is_fifo() || kind.is_socket()
    });
    #[cfg(windows)]
    kind.is_ok_and(|stdin| stdin.is_file())
}

/// Returns whether `path` is this regular file.
pub fn is_same_file(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(file), Ok(other)) = (file.metadata(), path.metadata()) {
        use std::os::unix::fs::MetadataExt;
        return file.is_file() && (file.dev(), file.ino()) == (other.dev(), other.ino());
    }
    // Elsewhere, a file's identity takes a handle.
    let _ = (file, path);
    false
}
