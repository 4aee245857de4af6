//! `wait4(2)`: what a child took, which nix does not offer and `getrusage` tells only of all children together.

use std::time::Instant;

use anyhow::Result;
use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// What a child and those that it waited for took.
pub struct Usage {
    /// The exit status; none after a signal.
    pub status: Option<i32>,
    pub wall: f64,
    pub cpu: f64,
    /// Of the largest process among them. A process starts with what its parent had at the time, a few MiB.
    pub peak_mib: f64,
}

/// Reaps `pid` if it has ended. `start` is when it was started.
pub fn wait4(pid: Pid, start: Instant) -> Result<Option<Usage>> {
    let Some((status, usage)) = reap(pid)? else {
        return Ok(None);
    };
    #[expect(clippy::cast_precision_loss, reason = "times and sizes of a benchmark")]
    let (seconds, mib) = (
        |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6,
        usage.ru_maxrss as f64 / 1024.0,
    );
    Ok(Some(Usage {
        status: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        wall: start.elapsed().as_secs_f64(),
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_mib: mib,
    }))
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
