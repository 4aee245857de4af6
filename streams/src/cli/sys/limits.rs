//! Address space and descriptors: what there is too little of is said before the work.

use std::io;

use anyhow::Context;

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
