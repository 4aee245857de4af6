//! The calls of the tool that differ between systems: standard streams, signals, limits, links.

mod limits;

use std::fs::{File, Metadata};
use std::io;

pub use self::limits::{check_descriptors, check_memory, max_threads};

/// Returns whether a file has other names besides the one it was found by; false where that cannot be asked.
#[cfg(unix)]
pub fn has_other_links(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) > 1
}

#[cfg(not(unix))]
pub fn has_other_links(_: &Metadata) -> bool {
    false
}

/// Duplicates a standard stream, without its buffer and its lock, and makes it wait: a pipe from Node or ssh may
/// be non-blocking. gzip does the same.
#[cfg(unix)]
pub fn duplicate(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    rustix::io::ioctl_fionbio(stream, false)?;
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
pub fn duplicate(stream: &impl std::os::windows::io::AsHandle) -> io::Result<File> {
    Ok(stream.as_handle().try_clone_to_owned()?.into())
}

/// Returns whether stdin brings data: a pipe, a socket or a file, but no terminal and not `/dev/null`.
pub fn stdin_has_data() -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::{FileType, fstat};

        let kind = fstat(io::stdin()).map(|stdin| FileType::from_raw_mode(stdin.st_mode));
        let with_data = [FileType::RegularFile, FileType::Fifo, FileType::Socket];
        kind.is_ok_and(|kind| with_data.contains(&kind))
    }
    #[cfg(not(unix))]
    {
        !io::IsTerminal::is_terminal(&io::stdin())
    }
}

/// Ends this process as soon as its parent has ended, where the system can.
pub fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};

        // Without it, nothing is lost but a moment.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
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

/// Waits for a signal that ends a program unless it is caught, and returns its number.
///
/// SIGXFSZ (`ulimit -f`) is caught and not waited for: the write that it is about fails, which says more. Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
#[cfg(unix)]
pub async fn stop_requested() -> u8 {
    use futures::stream::{FuturesUnordered, StreamExt};
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};

    // The others have these numbers everywhere: SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM
    // and SIGPROF.
    const USER: [i32; 2] = [Signal::USR1.as_raw(), Signal::USR2.as_raw()];
    const STOPS: [i32; 10] = [1, 2, 3, 14, 15, 24, 26, 27, USER[0], USER[1]];
    // Its handler stays.
    let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    let ignored = ignored_mask();
    let received = STOPS.map(|number| {
        let is_ignored = ignored >> (number - 1) & 1 == 1;
        let kind = SignalKind::from_raw(number);
        // A signal that cannot be caught ends the process by itself.
        let mut signal = (!is_ignored).then(|| signal(kind).ok())??;
        Some(async move {
            signal.recv().await;
            number as u8
        })
    });
    let mut received: FuturesUnordered<_> = received.into_iter().flatten().collect();
    match received.next().await {
        Some(number) => number,
        None => std::future::pending().await,
    }
}

/// Returns one bit for each ignored signal; asking `sigaction` would be `unsafe`, and Linux also says it in a file.
#[cfg(unix)]
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
