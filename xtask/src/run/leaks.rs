//! Which processes descend from us, as `/proc` has them, and which run started them.
//!
//! A process group is not enough to find what a run has left behind, since `setsid` (Node: `detached: true`) leaves
//! it. We are the subreaper, so that a process that loses its parent becomes our child, and every run carries a cookie in
//! its environment, which a descendant inherits.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::iter::successors;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};
use procfs::process::{Process, Stat, all_processes};

/// The name of the environment variable that carries a run's cookie.
pub const COOKIE: &str = "XTASK_RUN";

/// How long a process may take to die of SIGKILL. One that hangs in the system does not, and is not waited for.
pub const KILL_GRACE: Duration = Duration::from_secs(5);

/// Returns the children that a run waits for. Locked while one is started, or its status might be reaped before it is noted.
pub fn running_children() -> MutexGuard<'static, BTreeSet<i32>> {
    static CHILDREN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the CPU time that a process took so far, with those that it waited for.
pub fn cpu_time(process: &Stat) -> Duration {
    let waited_for = process.cutime + process.cstime;
    let ticks = process.utime + process.stime + waited_for.unsigned_abs();
    Duration::from_millis(ticks * 1000 / procfs::ticks_per_second())
}

/// Returns what a person would call a process: its command line, or its name when that is empty.
pub fn describe(process: &Stat) -> String {
    let line = Process::new(process.pid).and_then(|process| process.cmdline());
    let mut name = line.unwrap_or_default().join(" ");
    if name.is_empty() {
        name.clone_from(&process.comm);
    }
    format!("{name} (pid {})", process.pid)
}

/// What is alive of one run.
pub struct Survivors {
    pub found: Vec<Stat>,
    /// Some descendant had no readable environment (it may be between `fork` and `exec`), so ask again.
    pub unsure: bool,
}

/// Finds the members of `group` and the bearers of `cookie` that are alive, `group`'s own leader included.
pub fn survivors(group: i32, cookie: &str) -> Survivors {
    let (mut found, mut unsure) = (descendants(), false);
    found.retain(|process| {
        let environment = Process::new(process.pid).and_then(|process| process.environ());
        let environment = environment.unwrap_or_default();
        unsure |= environment.is_empty();
        let found = environment.get(OsStr::new(COOKIE));
        process.pgrp == group || found.is_some_and(|it| it == cookie)
    });
    Survivors { found, unsure }
}

/// Returns all living descendants of this process, after the zombies it adopted have been reaped.
pub fn descendants() -> Vec<Stat> {
    // The table is read entry by entry. A process that ends meanwhile may have had a child that we would
    // miss, so it is read again when one did; on a busy machine that must end some time.
    let mut table = BTreeMap::new();
    for _ in 0..10 {
        let read = all_processes().into_iter().flatten();
        let read = Vec::from_iter(read.map(|process| process.and_then(|it| it.stat())));
        let is_whole = read.iter().all(Result::is_ok);
        let read = read.into_iter().flatten();
        table = BTreeMap::from_iter(read.map(|process| (process.pid, process)));
        let dead = table.values().filter(|process| is_dead(process));
        if dead.filter(|process| reap_adopted(process)).count() == 0 && is_whole {
            break;
        }
    }
    let me = getpid().as_raw();
    let parent = |pid: &i32| table.get(pid).map(|process: &Stat| process.ppid);
    let is_ours = |process: &&Stat| {
        // The parents may form a ring, since the table is no snapshot: bound the walk.
        let mut ancestors = successors(Some(process.ppid), parent).take(1_000);
        !is_dead(process) && ancestors.any(|ancestor| ancestor == me)
    };
    table.values().filter(is_ours).cloned().collect()
}

fn is_dead(process: &Stat) -> bool {
    matches!(process.state, 'Z' | 'X')
}

/// Reaps a zombie that became our child because its parent died; a child that a run waits for is left to it.
fn reap_adopted(process: &Stat) -> bool {
    let children = running_children();
    let is_adopted = process.ppid == getpid().as_raw() && !children.contains(&process.pid);
    // An error means that another thread was faster.
    is_adopted && waitpid(Pid::from_raw(process.pid), Some(WaitPidFlag::WNOHANG)).is_ok()
}
