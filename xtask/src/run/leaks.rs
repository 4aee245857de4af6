//! Which processes descend from us, and which run started them.
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

use crate::run::sys::{Process, command_line, environment, processes};

/// The name of the environment variable that carries a run's cookie.
pub const COOKIE: &str = "XTASK_RUN";

/// How long a process may take to die of SIGKILL. One that hangs in the system does not, and is not waited for.
pub const KILL_GRACE: Duration = Duration::from_secs(5);

/// Returns the children that a run waits for. Locked while one is started, or its status might be reaped before it is noted.
pub fn running_children() -> MutexGuard<'static, BTreeSet<i32>> {
    static CHILDREN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns what a person would call a process: its command line, or its name when that is empty.
pub fn describe(process: &Process) -> String {
    let mut name = command_line(process);
    if name.is_empty() {
        name.clone_from(&process.name);
    }
    format!("{name} (pid {})", process.pid)
}

/// What is alive of one run.
pub struct Survivors {
    pub found: Vec<Process>,
    /// Some descendant had no readable environment (it may be between `fork` and `exec`), so ask again.
    pub unsure: bool,
}

/// Finds the members of `group` and the bearers of `cookie` that are alive, `group`'s own leader included.
pub fn survivors(group: i32, cookie: &str) -> Survivors {
    let (mut found, mut unsure) = (descendants(), false);
    found.retain(|process| {
        let environment = environment(process);
        unsure |= environment.is_empty();
        let found = environment.get(OsStr::new(COOKIE));
        process.group == group || found.is_some_and(|it| it == cookie)
    });
    Survivors { found, unsure }
}

/// Returns all living descendants of this process, after the zombies it adopted have been reaped.
pub fn descendants() -> Vec<Process> {
    // The table is read entry by entry. A process that ends meanwhile may have had a child that we would
    // miss, so it is read again when one did; on a busy machine that must end some time.
    let mut table = BTreeMap::new();
    for _ in 0..10 {
        let (read, is_whole) = processes();
        table = BTreeMap::from_iter(read.into_iter().map(|process| (process.pid, process)));
        let dead = table.values().filter(|process| process.is_dead);
        if dead.filter(|process| reap_adopted(process)).count() == 0 && is_whole {
            break;
        }
    }
    let (me, groups) = (getpid().as_raw(), running_children());
    let parent = |pid: &i32| table.get(pid).map(|process: &Process| process.parent);
    let is_ours = |process: &&Process| {
        // The parents may form a ring, since the table is no snapshot: bound the walk.
        let mut ancestors = successors(Some(process.parent), parent).take(1_000);
        let is_ours = groups.contains(&process.group) || ancestors.any(|ancestor| ancestor == me);
        is_ours && !process.is_dead
    };
    table.values().filter(is_ours).cloned().collect()
}

/// Reaps a zombie that became our child because its parent died; a child that a run waits for is left to it.
fn reap_adopted(process: &Process) -> bool {
    let children = running_children();
    let is_adopted = process.parent == getpid().as_raw() && !children.contains(&process.pid);
    // An error means that another thread was faster.
    is_adopted && waitpid(Pid::from_raw(process.pid), Some(WaitPidFlag::WNOHANG)).is_ok()
}
