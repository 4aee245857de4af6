//! The calls of the tool that differ between systems: standard streams, signals, limits, links.

use std::fs::{File, Metadata};
use std::io;

use anyhow::Context;

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

/// The least address space (`ulimit -v`) that surely suffices for the tool and four threads.
const MIN_ADDRESS_SPACE: u64 = 48 << 20;

/// Returns how many threads may compress in the address space that there is.
pub fn max_threads() -> usize {
    const EACH: u64 = 4 << 20;
    let spare = address_space().saturating_sub(MIN_ADDRESS_SPACE);
    usize::try_from(2 + spare / EACH).unwrap_or(usize::MAX)
}

/// Refuses to start where memory may run out, which no Rust program survives; where it is limited, starts anew with
/// one arena: glibc reserves 64 MiB of address space for each thread's own.
pub fn check_memory() -> anyhow::Result<()> {
    let mebibytes = MIN_ADDRESS_SPACE >> 20;
    anyhow::ensure!(
        address_space() >= MIN_ADDRESS_SPACE,
        "needs {mebibytes} MiB of address space, which `ulimit -v` forbids"
    );
    #[cfg(target_os = "linux")]
    if address_space() < u64::MAX && std::env::var_os("MALLOC_ARENA_MAX").is_none() {
        let mut anew = std::process::Command::new(std::env::current_exe()?);
        anew.args(std::env::args_os().skip(1));
        anew.env("MALLOC_ARENA_MAX", "1");
        // Returns only if it has failed.
        return Err(std::os::unix::process::CommandExt::exec(&mut anew).into());
    }
    Ok(())
}

/// Refuses to start where descriptors may run out: without its own, the runtime panics.
pub fn check_descriptors() -> anyhow::Result<()> {
    const MIN_PIPES: usize = 8;
    let spare: io::Result<Vec<_>> = (0..MIN_PIPES).map(|_| io::pipe()).collect();
    spare.context("needs more open files than `ulimit -n` allows")?;
    Ok(())
}

/// Returns the limit of this process in bytes, or [`u64::MAX`] without a limit.
fn address_space() -> u64 {
    #[cfg(target_os = "linux")]
    if let Some(bytes) = rustix::process::getrlimit(rustix::process::Resource::As).current {
        return bytes;
    }
    u64::MAX
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
