//! Processes as `/proc` shows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Sends a signal to a process that is known to live, or to be a zombie that nobody else reaps.
pub fn send(to: u32, signal: Signal) {
    // It may have ended by itself.
    let _ = kill(pid(to), signal);
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).unwrap())
}

/// A process that cannot be mistaken for a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    pub pid: u32,
    /// When it was started, in ticks since the machine was.
    since: String,
}

impl Process {
    /// The process that has this number now.
    pub fn of(pid: u32) -> Option<Self> {
        let since = stat(pid)?.since;
        Some(Self { pid, since })
    }

    /// Whether it runs; a zombie does not.
    pub fn runs(&self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.since == self.since && stat.state != "Z")
    }
}

/// Whether this process ignores a signal.
pub fn is_ignored(signal: Signal) -> bool {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let mask = text.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
    mask >> (signal as i32 - 1) & 1 == 1
}

/// Whether a process was stopped.
pub fn is_stopped(pid: u32) -> bool {
    stat(pid).is_none_or(|stat| stat.state == "T")
}

/// How long a process has computed, in ticks of 10 ms.
pub fn ticks_of(pid: u32) -> u64 {
    stat(pid).map_or(0, |stat| stat.ticks)
}

struct Stat {
    state: String,
    ticks: u64,
    since: String,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may contain anything.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<_> = fields.split(' ').collect();
    Some(Stat {
        state: (*fields.first()?).to_owned(),
        ticks: computed(fields.get(11..13)?)?,
        since: (*fields.get(19)?).to_owned(),
    })
}

/// Its own time, and that of the system for it.
fn computed(fields: &[&str]) -> Option<u64> {
    fields.iter().map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// All children of a process, zombies among them. To look through all processes would take longer with each one that this program has inherited and not reaped.
pub fn children_of(parent: u32) -> Vec<Process> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let lists: Vec<_> = lists.collect();
    let pids = lists.iter().flat_map(|list| list.split_whitespace());
    pids.filter_map(|pid| Process::of(pid.parse().ok()?))
        .collect()
}

/// How many children of a process are dead, but not reaped.
pub fn zombies_of(parent: u32) -> usize {
    let children = children_of(parent);
    children.iter().filter(|child| !child.runs()).count()
}

/// How many descriptors a process has.
pub fn descriptors_of(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// How much memory a process holds, in KiB.
pub fn memory_of(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.map_or(0, |number| number.parse().unwrap())
}

/// The sockets of a process by their number, those for TCP.
pub fn tcp_sockets_of(pid: u32) -> BTreeSet<String> {
    // The table of TCP has tens of thousands of lines after a load; this one is short.
    let table = fs::read_to_string("/proc/net/unix").unwrap();
    let unix: BTreeSet<_> = table
        .lines()
        .filter_map(|line| line.split_whitespace().nth(6))
        .collect();
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    let files = files.into_iter().flatten().flatten();
    let links = files.filter_map(|file| fs::read_link(file.path()).ok());
    let number = |link: PathBuf| {
        let number = link.to_str()?.strip_prefix("socket:[")?;
        Some(number.trim_end_matches(']').to_owned())
    };
    let numbers = links.filter_map(number);
    numbers
        .filter(|number| !unix.contains(number.as_str()))
        .collect()
}
