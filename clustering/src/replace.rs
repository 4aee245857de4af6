//! A new version of the primary itself, in the same process: `kill -USR2`, as nginx and `HAProxy` have it.
//!
//! Workers are told to finish what they have and to go, also without a primary; then the process becomes the new program and inherits the listeners,
//! whose queues keep whoever comes meanwhile. Its PID stays, so that service managers and workers notice nothing.

use std::cell::RefCell;
use std::convert::Infallible;
use std::ffi::{CString, NulError, OsString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, execve};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::sleep;

use crate::os;

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
///
/// std's and libc's own ways take a file of no known format for a script of the shell's, and so for a success.
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
    let ours = [
        (PRIMARY, std::process::id().to_string()),
        (LISTENERS, join(listeners.iter().map(AsRawFd::as_raw_fd))),
        (ADOPTED, u8::from(adopted).to_string()),
        (FINISHING, join(finishing.iter().map(|pid| pid.as_raw()))),
    ];
    let become_new = || -> io::Result<Infallible> {
        let program = CString::new(program.as_os_str().as_bytes())?;
        let args = std::env::args_os().map(|arg| CString::new(arg.into_vec()));
        let args: Vec<_> = args.collect::<Result<_, _>>()?;
        let env: Vec<_> = environment(&ours).collect::<Result<_, _>>()?;
        mark(FdFlag::empty())?;
        Ok(execve(&program, &args, &env)?)
    };
    let Err(error) = become_new();
    // Children must not get them after all; where that fails, they hold a listener too long.
    let _ = mark(FdFlag::FD_CLOEXEC);
    error
}

/// Our environment with these variables, and without those that somebody told us alone.
fn environment(ours: &[(&str, String)]) -> impl Iterator<Item = Result<CString, NulError>> {
    let theirs = ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];
    let stays = move |name: &OsString| {
        let replaced = ours.iter().any(|(ours, _)| name == ours);
        !replaced && !theirs.iter().any(|theirs| name == theirs)
    };
    let kept = std::env::vars_os().filter(move |(name, _)| stays(name));
    let ours = ours
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    kept.chain(ours).map(|(mut name, value)| {
        name.push("=");
        name.push(value);
        CString::new(name.into_vec())
    })
}

/// Takes over what the primary before us has left in this process; once.
pub fn inheritance() -> Option<Inheritance> {
    // Children of ours inherit the variables too, but neither the number nor the listeners.
    let is_ours = std::env::var(PRIMARY).ok()? == std::process::id().to_string();
    let listeners = is_ours.then(|| os::inherited(&numbers(LISTENERS)))??;
    for listener in &listeners {
        // From here on they are our secret again.
        let _ = fcntl(listener, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
    }
    Some(Inheritance {
        listeners,
        adopted: std::env::var(ADOPTED).is_ok_and(|text| text == "1"),
        finishing: numbers(FINISHING).into_iter().map(Pid::from_raw).collect(),
    })
}

/// Workers that are finishing for a primary before us.
pub type Finishing = Rc<RefCell<Vec<Pid>>>;

/// Reaps them, tells of each, and returns when all are gone. Who is not after `limit` is killed.
pub async fn reap(finishing: Finishing, limit: Duration, tell: impl Fn(Pid)) {
    let Ok(mut child_ended) = signal(SignalKind::child()) else {
        return;
    };
    let mut late = pin!(sleep(limit));
    let mut killed = false;
    loop {
        finishing.borrow_mut().retain(|pid| {
            let flags = Some(WaitPidFlag::WNOHANG);
            let lives = waitpid(*pid, flags) == Ok(WaitStatus::StillAlive);
            if !lives {
                tell(*pid);
            }
            lives
        });
        if finishing.borrow().is_empty() {
            return;
        }
        tokio::select! {
            _ = child_ended.recv() => {}
            () = &mut late, if !killed => {
                kill_all(&finishing);
                killed = true;
            }
        }
    }
}

/// Ends those that are still there.
pub fn kill_all(finishing: &Finishing) {
    for pid in finishing.borrow().iter() {
        // They are ours until they are reaped, so that the number cannot be somebody else's.
        let _ = kill(*pid, Signal::SIGKILL);
    }
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
