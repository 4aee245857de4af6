//! The calls of the tool that differ between systems: standard streams, signals, limits, file identity.

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

/// Duplicates a standard stream, without its buffer and its lock, and makes it wait: a pipe from Node or ssh may
/// be non-blocking. gzip does the same.
#[cfg(unix)]
pub fn duplicate(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    let flags = fcntl_getfl(stream)?;
    if flags.contains(OFlags::NONBLOCK) {
        fcntl_setfl(stream, flags - OFlags::NONBLOCK)?;
    }
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
        use std::os::unix::fs::FileTypeExt;
        let stdin = duplicate(&io::stdin()).and_then(|stdin| stdin.metadata());
        let kind = stdin.map(|stdin| stdin.file_type());
        kind.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket())
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
    #[cfg(unix)]
    {
        use anyhow::Context;
        use std::os::fd::{AsFd, OwnedFd};

        const MIN_DESCRIPTORS: usize = 16;
        let stdin = io::stdin();
        let spare = (0..MIN_DESCRIPTORS).map(|_| stdin.as_fd().try_clone_to_owned());
        spare
            .collect::<io::Result<Vec<OwnedFd>>>()
            .context("needs more open files than `ulimit -n` allows")?;
    }
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

/// Waits for SIGINT, SIGTERM, SIGHUP or SIGQUIT and returns its number.
///
/// Those that this process was started to ignore (`nohup`, a background job of a script) stay ignored.
#[cfg(unix)]
pub async fn stop_requested() -> u8 {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    const SIGHUP: u8 = 1;
    const SIGINT: u8 = 2;
    const SIGQUIT: u8 = 3;
    const SIGTERM: u8 = 15;

    let ignored = ignored_mask();
    let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
    let stopping = numbers
        .into_iter()
        .filter(|number| ignored >> (number - 1) & 1 == 0);
    // A signal that cannot be caught ends the process by itself.
    let caught = stopping
        .filter_map(|number| Some((number, signal(SignalKind::from_raw(number.into())).ok()?)));
    let mut caught: Vec<_> = caught.collect();
    std::future::poll_fn(|cx| {
        let received = caught.iter_mut().find_map(|(number, signal)| {
            let is_ready = signal.poll_recv(cx).is_ready();
            is_ready.then_some(*number)
        });
        received.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Returns one bit for each ignored signal; asking `sigaction` would be `unsafe`, and Linux also says it in a file.
#[cfg(unix)]
fn ignored_mask() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or_default()
}
