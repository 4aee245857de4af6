//! The process table, read from `/proc`: which processes descend from us, and which run started them.
//!
//! A process group is not enough to find what a run has left behind, since `setsid` (Node: `detached: true`) leaves
//! it. We are the subreaper, so that a process that loses its parent becomes our child, and every run carries a cookie in
//! its environment, which a descendant inherits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter::successors;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, getpid};

use crate::run::Usage;

/// The name of the environment variable that carries a run's cookie.
pub const COOKIE: &str = "XTASK_RUN";

/// The unit of `/proc/PID/stat`, the same on every Linux that runs programs for x86-64 or arm64.
const TICKS_PER_SECOND: u64 = 100;

/// Returns the children that a run waits for. Locked while one is started, or its status might be reaped before it is noted.
pub fn leaders() -> MutexGuard<'static, BTreeSet<i32>> {
    static LEADERS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());
    LEADERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process as `/proc/PID/stat` has it.
#[derive(Clone, Copy)]
pub struct Process {
    pub pid: i32,
    parent: i32,
    group: i32,
    is_dead: bool,
    /// In user code and in the system, with those that it waited for.
    ticks: u64,
}

impl Process {
    fn read(pid: i32) -> Option<Self> {
        let stat = file(pid, "stat");
        // The second field is a name in parentheses that may hold anything, `)` included.
        let (_, fields) = stat.rsplit_once(") ")?;
        let (state, numbers) = fields.split_once(' ')?;
        let numbers: Vec<i64> = numbers
            .split(' ')
            .map_while(|text| text.parse().ok())
            .collect();
        Some(Self {
            pid,
            parent: i32::try_from(*numbers.first()?).ok()?,
            group: i32::try_from(*numbers.get(1)?).ok()?,
            is_dead: matches!(state, "Z" | "X"),
            ticks: numbers.get(10..14)?.iter().sum::<i64>().unsigned_abs(),
        })
    }

    /// Returns what it took so far; the most memory that it ever had.
    pub fn usage(&self) -> Usage {
        let status = file(self.pid, "status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok());
        Usage {
            cpu: Duration::from_millis(self.ticks * 1000 / TICKS_PER_SECOND),
            peak_kib: peak.unwrap_or_default(),
        }
    }

    /// Returns what a person would call it: its command line, or its name when that is empty.
    pub fn describe(&self) -> String {
        let line = file(self.pid, "cmdline").replace('\0', " ");
        let name = match line.trim() {
            "" => file(self.pid, "comm"),
            line => line.to_owned(),
        };
        format!("{} (pid {})", name.trim(), self.pid)
    }

    /// Reaps a zombie that became our child because its parent died; a leader is left to its run.
    fn reap_adopted(&self) -> bool {
        let leaders = leaders();
        let is_adopted = self.parent == getpid().as_raw() && !leaders.contains(&self.pid);
        // An error means that another thread was faster.
        is_adopted && waitpid(Pid::from_raw(self.pid), Some(WaitPidFlag::WNOHANG)).is_ok()
    }
}

fn file(pid: i32, name: &str) -> String {
    let bytes = fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is alive of one run.
pub struct Survivors {
    pub found: Vec<Process>,
    /// Some descendant had no readable environment (it may be between `fork` and `exec`), so ask again.
    pub unsure: bool,
}

/// Finds the members of `group` and the bearers of `cookie` that are alive, `group`'s own leader included.
pub fn survivors(group: i32, cookie: &str) -> Survivors {
    let cookie = format!("{COOKIE}={cookie}");
    let (mut found, mut unsure) = (descendants(), false);
    found.retain(|process| {
        let environment = file(process.pid, "environ");
        unsure |= environment.is_empty();
        process.group == group || environment.split('\0').any(|entry| entry == cookie)
    });
    Survivors { found, unsure }
}

/// Returns all living descendants of this process, after the zombies it adopted have been reaped.
pub fn descendants() -> Vec<Process> {
    // The table is read entry by entry. A process that ends meanwhile may have had a child that we would
    // miss, so it is read again when one did; on a busy machine that must end some time.
    let mut table = BTreeMap::new();
    for _ in 0..10 {
        let is_settled = read_table(&mut table);
        let dead = table.values().filter(|process| process.is_dead);
        if dead.filter(|process| process.reap_adopted()).count() == 0 && is_settled {
            break;
        }
    }
    let me = getpid().as_raw();
    let parent = |pid: &i32| table.get(pid).map(|process: &Process| process.parent);
    let is_ours = |process: &&Process| {
        // The parents may form a ring, since the table is no snapshot: bound the walk.
        let mut ancestors = successors(Some(process.parent), parent).take(1_000);
        !process.is_dead && ancestors.any(|ancestor| ancestor == me)
    };
    table.values().filter(is_ours).copied().collect()
}

/// Reads the whole table; false if a process vanished while it was read.
fn read_table(table: &mut BTreeMap<i32, Process>) -> bool {
    table.clear();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut is_whole = true;
    for pid in pids {
        let process = Process::read(pid);
        is_whole &= process.is_some();
        table.extend(process.map(|process| (pid, process)));
    }
    is_whole
}
