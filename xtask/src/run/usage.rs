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
pub fn wait4(pid: Pid) -> Result<Option<(ExitStatus, Usage)>> {
    let Some((status, usage)) = reap(pid)? else {
        return Ok(None);
    };
    let duration = |time: libc::timeval| {
        let [seconds, micros] =
            [time.tv_sec, time.tv_usec].map(|part| u64::try_from(part).unwrap_or(0));
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    let usage = Usage {
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        peak_kib: u64::try_from(usage.ru_maxrss).unwrap_or(0),
    };
    Ok(Some((ExitStatus::from_raw(status), usage)))
}

#[expect(unsafe_code, reason = "the system call itself")]
fn reap(pid: Pid) -> Result<Option<(i32, libc::rusage)>> {
    let mut status = 0;
    // SAFETY: `rusage` is numbers only, for which all bits zero are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live locals of the right type, and the call keeps neither.
    let reaped =
        unsafe { libc::wait4(pid.as_raw(), &raw mut status, libc::WNOHANG, &raw mut usage) };
    match Errno::result(reaped)? {
        0 => Ok(None),
        _ => Ok(Some((status, usage))),
    }
}
