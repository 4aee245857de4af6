//! The calls of the tool that differ between systems: standard streams, signals, file identity.

use std::fs::{File, Metadata};
use std::io;

/// Returns whether both are the same file. Where files have no number that says so, they are taken to be different.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        false
    }
}

/// Returns the bytes of a file's name.
pub fn name_bytes(name: &std::ffi::OsStr) -> Vec<u8> {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStrExt::as_bytes(name).to_vec();
    #[cfg(not(unix))]
    name.to_string_lossy().into_owned().into_bytes()
}

/// Returns a handle of stdin without the buffer and the lock of the standard one.
pub fn stdin() -> io::Result<File> {
    #[cfg(unix)]
    return duplicate(&io::stdin());
    #[cfg(windows)]
    Ok(File::from(
        std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned()?,
    ))
}

/// Returns a handle of stdout without the buffer and the lock of the standard one.
pub fn stdout() -> io::Result<File> {
    #[cfg(unix)]
    return duplicate(&io::stdout());
    #[cfg(windows)]
    Ok(File::from(
        std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?,
    ))
}

/// Duplicates a standard stream and makes it wait: a pipe from Node or ssh may be non-blocking. gzip does the same.
#[cfg(unix)]
fn duplicate(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let flags = fcntl_getfl(stream)?;
    if flags.contains(OFlags::NONBLOCK) {
        fcntl_setfl(stream, flags - OFlags::NONBLOCK)?;
    }
    Ok(File::from(stream.as_fd().try_clone_to_owned()?))
}

/// Returns whether stdin brings data: a pipe, a socket or a file, but no terminal and not `/dev/null`.
pub fn stdin_has_data() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = stdin()
            .and_then(|stdin| stdin.metadata())
            .map(|stdin| stdin.file_type());
        kind.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket())
    }
    #[cfg(not(unix))]
    {
        !std::io::IsTerminal::is_terminal(&io::stdin())
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub async fn stop_requested() -> u8 {
    const SIGINT: u8 = 2;
    match tokio::signal::ctrl_c().await {
        Ok(()) => SIGINT,
        Err(_) => std::future::pending().await,
    }
}

/// Waits for SIGINT, SIGTERM, SIGHUP or SIGQUIT and returns its number.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
#[cfg(unix)]
pub async fn stop_requested() -> u8 {
    use futures::FutureExt;
    use tokio::signal::unix::{SignalKind, signal};

    let ignored = ignored_mask();
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    let mut waiting = Vec::new();
    for kind in kinds {
        let number = kind.as_raw_value();
        // A signal that cannot be caught ends the process by itself.
        if ignored >> (number - 1) & 1 == 0
            && let Ok(mut received) = signal(kind)
        {
            waiting.push(async move { received.recv().await.map(|()| number) }.boxed_local());
        }
    }
    if waiting.is_empty() {
        return std::future::pending().await;
    }
    let (number, ..) = futures::future::select_all(waiting).await;
    number
        .and_then(|number| u8::try_from(number).ok())
        .unwrap_or_default()
}

/// Returns one bit for each ignored signal; asking `sigaction` would be `unsafe`, and Linux also says it in a file.
#[cfg(unix)]
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
