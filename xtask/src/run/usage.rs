//! `wait4(2)`: what a child took, which nix does not offer and `getrusage` tells only of all children together.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Result;
use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// What a child and those that it waited for took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// On all cores, in user code and in the system.
    pub cpu: Duration,
    /// Of the largest process among them. A process starts with what its parent had at the time, a few MiB.
    pub peak_kib: u64,
}

/// Reaps `pid` if it has ended.
#[expect(unsafe_code, reason = "the system call itself")]
pub fn wait4(pid: Pid) -> Result<Option<(ExitStatus, Usage)>> {
    let mut status = 0;
    // SAFETY: `rusage` is numbers only, for which all bits zero are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live locals of the right type, and the call keeps neither.
    let reaped =
        unsafe { libc::wait4(pid.as_raw(), &raw mut status, libc::WNOHANG, &raw mut usage) };
    if Errno::result(reaped)? == 0 {
        return Ok(None);
    }
    // The system counts no negative times.
    let duration =
        |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1_000);
    let usage = Usage {
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        peak_kib: usage.ru_maxrss as u64,
    };
    Ok(Some((ExitStatus::from_raw(status), usage)))
}
