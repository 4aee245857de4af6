//! What differs between systems: signals, and what stdin may be.

use std::io;

#[cfg(unix)]
pub async fn first_signal() -> io::Result<i32> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let kind = tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
        _ = hang_up.recv() => SignalKind::hangup(),
    };
    Ok(kind.as_raw_value())
}

#[cfg(not(unix))]
pub async fn first_signal() -> io::Result<i32> {
    tokio::signal::ctrl_c().await?;
    Ok(2)
}

/// Whether stdin is a pipe, a socket or a file, and not `/dev/null` or a terminal.
#[cfg(unix)]
pub fn has_input() -> bool {
    use std::os::unix::fs::FileTypeExt;
    let metadata = std::fs::metadata("/dev/stdin").map(|metadata| metadata.file_type());
    metadata.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket())
}

#[cfg(not(unix))]
pub fn has_input() -> bool {
    false
}
