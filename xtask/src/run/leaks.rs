//! The process table, read from `/proc`: who descends from us, and whose run started them.
//!
//! A process group is not enough to find what a run has left behind, since `setsid` (Node: `detached: true`) leaves
//! it. We are the subreaper, so that whoever loses its parent becomes our child, and every run carries a cookie in its
//! environment, which a descendant inherits.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::iter::successors;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};

use crate::run::usage::Usage;

/// The name of the environment variable that carries a run's cookie.
pub const COOKIE: &str = "XTASK_RUN";

/// The unit of `/proc/PID/stat`, the same on every Linux that runs programs for x86-64 or arm64.
const TICKS_PER_SECOND: u64 = 100;

/// Children that somebody waits for. Locked while one is started, or its status might be reaped before it is noted.
pub fn leaders() -> MutexGuard<'static, BTreeSet<i32>> {
    static LEADERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A living descendant of this process.
pub struct Process {
    pub pid: i32,
    group: i32,
}

impl Process {
    /// What it took so far, with those that it waited for; the most memory that it ever had.
    pub fn usage(&self) -> Usage {
        let read = |file| fs::read(format!("/proc/{}/{file}", self.pid)).unwrap_or_default();
        let (stat, status) = (read("stat"), read("status"));
        let stat = String::from_utf8_lossy(&stat);
        // utime, stime, cutime and cstime are the fields 14 to 17; what follows the name begins with the third.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let ticks = fields.split_whitespace().skip(11).take(4);
        let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        let status = String::from_utf8_lossy(&status);
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok());
        Usage {
            cpu: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
            peak_kib: peak.unwrap_or_default(),
        }
    }

    /// What a person would call it: its command line, or its name when that is empty.
    pub fn describe(&self) -> String {
        let read = |file| fs::read(format!("/proc/{}/{file}", self.pid)).unwrap_or_default();
        let line = [read("cmdline"), read("comm")]
            .into_iter()
            .find(|line| !line.is_empty());
        let line = String::from_utf8_lossy(&line.unwrap_or_default()).replace('\0', " ");
        let line = line.trim();
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
    let cookie = format!("{COOKIE}={cookie}").into_bytes();
    let mut unsure = false;
    let mut found = descendants();
    found.retain(|process| {
        let environment = fs::read(format!("/proc/{}/environ", process.pid)).unwrap_or_default();
        unsure |= environment.is_empty();
        process.group == group
            || environment
                .split(|byte| *byte == 0)
                .any(|entry| entry == cookie)
    });
    Survivors { found, unsure }
}

/// All living descendants of this process, after the zombies it adopted have been reaped.
pub fn descendants() -> Vec<Process> {
    // The table is read entry by entry. Whoever ends meanwhile may have had a child that we would
    // miss, so it is read again when somebody did; on a busy machine that must end some time.
    let mut table = HashMap::new();
    for _ in 0..10 {
        let is_settled = read_table(&mut table);
        let reaped = table
            .iter()
            .filter(|(pid, entry)| entry.dead && reap_adopted(**pid, entry));
        if reaped.count() == 0 && is_settled {
            break;
        }
    }
    let me = getpid().as_raw();
    let parent = |pid: &i32| table.get(pid).map(|entry: &Entry| entry.parent);
    let is_ours = |pid: &i32| {
        // The parents may form a ring, since the table is no snapshot: bound the walk.
        let mut ancestors = successors(parent(pid), parent).take(1_000);
        ancestors.any(|ancestor| ancestor == me)
    };
    let alive = table
        .iter()
        .filter(|(pid, entry)| !entry.dead && is_ours(pid));
    alive
        .map(|(pid, entry)| Process {
            pid: *pid,
            group: entry.group,
        })
        .collect()
}

/// Reads the whole table; false if somebody vanished while it was read.
fn read_table(table: &mut HashMap<i32, Entry>) -> bool {
    table.clear();
    let names = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name());
    let pids: Vec<i32> = names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    table.extend(
        pids.iter()
            .filter_map(|pid| Some((*pid, Entry::read(*pid)?))),
    );
    table.len() == pids.len()
}

/// Reaps a zombie that became our child because its parent died; a leader is left to its run.
fn reap_adopted(pid: i32, entry: &Entry) -> bool {
    let leaders = leaders();
    let is_adopted = entry.parent == getpid().as_raw() && !leaders.contains(&pid);
    // An error means that somebody else was faster.
    is_adopted && waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG)).is_ok()
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
        let [parent, group] = [fields.next()?, fields.next()?].map(|field| field.parse().ok());
        Some(Self {
            parent: parent?,
            group: group?,
            dead,
        })
    }
}
