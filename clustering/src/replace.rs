//! A new version of the primary itself, in the same process: `kill -USR2`, as nginx and `HAProxy` have it.
//!
//! Workers are told to finish what they have and to go, also without a primary; then the process becomes the new program and inherits the listeners,
//! whose queues keep whoever comes meanwhile. Its PID stays, so that service managers and workers notice nothing.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{AccessFlags, Pid, access};
use tokio::signal::unix::{SignalKind, signal};

use crate::{os, signals};

/// What the new program finds in its environment: whose it is, the numbers of the listeners, the workers that are still finishing.
const PRIMARY: &str = "CLUSTER_REPLACES";
const LISTENERS: &str = "CLUSTER_LISTENERS";
const ADOPTED: &str = "CLUSTER_LISTENERS_ADOPTED";
const FINISHING: &str = "CLUSTER_FINISHING";

/// What the primary before us has left.
pub struct Inheritance {
    /// Its listeners.
    pub listeners: Vec<OwnedFd>,
    /// Whether they were not its own.
    pub adopted: bool,
    /// Its workers.
    pub finishing: Vec<Pid>,
}

/// Becomes the program at `program`. Returns only if that fails.
pub fn become_new(
    program: &Path,
    listeners: &[Rc<OwnedFd>],
    adopted: bool,
    finishing: &[Pid],
) -> io::Error {
    let mark = |flag| {
        let mark = |listener: &Rc<OwnedFd>| fcntl(listener, FcntlArg::F_SETFD(flag)).map(drop);
        listeners.iter().try_for_each(mark)
    };
    if let Err(errno) = mark(FdFlag::empty()) {
        return errno.into();
    }
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] {
        command.env_remove(name);
    }
    command
        .env(PRIMARY, std::process::id().to_string())
        .env(LISTENERS, join(listeners.iter().map(AsRawFd::as_raw_fd)))
        .env(ADOPTED, u8::from(adopted).to_string())
        .env(FINISHING, join(finishing.iter().map(|pid| pid.as_raw())));
    signals::hold();
    let error = command.exec();
    signals::release();
    // Children must not get them after all; where that fails, they hold a listener too long.
    let _ = mark(FdFlag::FD_CLOEXEC);
    error
}

/// Why the program cannot take our place, as far as can be told without trying.
pub fn obstacle(program: &Path) -> Option<io::Error> {
    access(program, AccessFlags::X_OK)
        .err()
        .map(io::Error::from)
}

/// Takes over what the primary before us has left in this process; once.
pub fn inheritance() -> Option<Inheritance> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    // Children of ours inherit the variables too, but neither the number nor the listeners.
    let is_ours = std::env::var(PRIMARY).ok()? == std::process::id().to_string();
    if !is_ours || TAKEN.swap(true, Ordering::Relaxed) {
        return None;
    }
    let numbers = numbers(LISTENERS);
    let listeners = numbers.into_iter().filter(|fd| is_open(*fd)).map(|fd| {
        let listener = os::inherited(fd);
        // From here on they are our secret again.
        let _ = fcntl(&listener, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
        listener
    });
    Some(Inheritance {
        listeners: listeners.collect(),
        adopted: std::env::var(ADOPTED).is_ok_and(|text| text == "1"),
        finishing: self::numbers(FINISHING)
            .into_iter()
            .map(Pid::from_raw)
            .collect(),
    })
}

/// Reaps the workers that the primary before us has left, tells of each, and returns when all are gone.
pub async fn reap(mut finishing: Vec<Pid>, tell: impl Fn(Pid)) {
    let Ok(mut child_ended) = signal(SignalKind::child()) else {
        return;
    };
    loop {
        let flags = Some(WaitPidFlag::WNOHANG);
        finishing.retain(|pid| {
            let lives = waitpid(*pid, flags) == Ok(WaitStatus::StillAlive);
            if !lives {
                tell(*pid);
            }
            lives
        });
        if finishing.is_empty() {
            return;
        }
        child_ended.recv().await;
    }
}

fn is_open(fd: i32) -> bool {
    Path::new("/proc/self/fd").join(fd.to_string()).exists()
}

fn join(numbers: impl Iterator<Item = i32>) -> String {
    let numbers: Vec<_> = numbers.map(|number| number.to_string()).collect();
    numbers.join(",")
}

fn numbers(name: &str) -> Vec<i32> {
    let text = std::env::var(name).unwrap_or_default();
    text.split(',')
        .filter_map(|number| number.parse().ok())
        .collect()
}
