//! The process table, read from `/proc`: who descends from us, and whose run started them.
//!
//! A process group is not enough to find what a run has left behind, since `setsid` (Node: `detached: true`) leaves
//! it. We are the subreaper, so that whoever loses its parent becomes our child, and every run carries a cookie in its
//! environment, which a descendant inherits.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::sync::{Mutex, PoisonError};

use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};

/// The name of the environment variable that carries a run's cookie.
pub const COOKIE: &str = "XTASK_RUN";

/// Children that somebody waits for. Locked while one is started, or its status might be reaped before it is noted.
pub static LEADERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A living descendant of this process.
#[derive(Clone)]
pub struct Process {
    pub pid: i32,
    group: i32,
}

impl Process {
    /// What a person would call it: its command line, or its name when that is empty.
    pub fn describe(&self) -> String {
        let read = |file| fs::read(format!("/proc/{}/{file}", self.pid)).unwrap_or_default();
        let line = String::from_utf8_lossy(&read("cmdline"))
            .trim_end_matches('\0')
            .replace('\0', " ");
        let line = if line.is_empty() {
            String::from_utf8_lossy(&read("comm")).trim().to_owned()
        } else {
            line
        };
        format!("{line} (pid {})", self.pid)
    }
}

/// What is alive of one run.
pub struct Survivors {
    pub found: Vec<Process>,
    /// Some descendant had no readable environment (it may be between `fork` and `exec`), so ask again.
    pub unsure: bool,
}

/// Finds the members of `group` and the bearers of `cookie` that are alive, `group`'s own leader included.
pub fn survivors(group: i32, cookie: &str) -> Survivors {
    let entry = format!("{COOKIE}={cookie}");
    let mut unsure = false;
    let found = descendants().into_iter().filter(|process| {
        if process.group == group {
            return true;
        }
        let environment = fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
        unsure |= environment.is_empty();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == entry.as_bytes())
    });
    let found = found.collect();
    Survivors { found, unsure }
}

/// All living descendants of this process, after the zombies it adopted have been reaped.
pub fn descendants() -> Vec<Process> {
    let me = getpid().as_raw();
    let table: HashMap<i32, Entry> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse().ok()?;
            Some((pid, Entry::read(pid)?))
        })
        .collect();
    for (pid, entry) in &table {
        if entry.parent == me && entry.dead {
            reap_adopted(*pid);
        }
    }
    let is_ours = |pid: i32| {
        // The table is no snapshot, so its parents may form a ring: bound the walk.
        let mut ancestors =
            std::iter::successors(Some(pid), |pid| table.get(pid).map(|entry| entry.parent))
                .take(1_000);
        pid != me && ancestors.any(|ancestor| ancestor == me)
    };
    let alive = table
        .iter()
        .filter(|(pid, entry)| !entry.dead && is_ours(**pid));
    alive
        .map(|(pid, entry)| Process {
            pid: *pid,
            group: entry.group,
        })
        .collect()
}

/// Reaps a zombie that became our child because its parent died. A leader is left to the run that waits for it.
fn reap_adopted(pid: i32) {
    let leaders = LEADERS.lock().unwrap_or_else(PoisonError::into_inner);
    if !leaders.contains(&pid) {
        // An error means that somebody else was faster.
        let _ = waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG));
    }
}

/// What `/proc/PID/stat` tells of a process.
struct Entry {
    parent: i32,
    group: i32,
    dead: bool,
}

impl Entry {
    fn read(pid: i32) -> Option<Self> {
        let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let stat = String::from_utf8_lossy(&stat);
        // The second field is a name in parentheses that may hold anything, `)` included.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let dead = matches!(fields.next()?, "Z" | "X");
        Some(Self {
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
            dead,
        })
    }
}
