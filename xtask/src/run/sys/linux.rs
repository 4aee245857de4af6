//! Linux: `/proc`.

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::Duration;

use procfs::process::{self, Stat, all_processes};
use procfs::{CpuInfo, Current};

use super::Process;

/// Returns the processes that could be read, and whether those are all.
pub fn processes() -> (Vec<Process>, bool) {
    let read = all_processes().into_iter().flatten();
    let read = Vec::from_iter(read.map(|process| process.and_then(|it| it.stat())));
    let is_whole = read.iter().all(Result::is_ok);
    let processes = read.into_iter().flatten().map(Process::from);
    (processes.collect(), is_whole)
}

impl From<Stat> for Process {
    fn from(stat: Stat) -> Self {
        let waited_for = stat.cutime + stat.cstime;
        let ticks = stat.utime + stat.stime + waited_for.unsigned_abs();
        Self {
            pid: stat.pid,
            parent: stat.ppid,
            group: stat.pgrp,
            is_dead: matches!(stat.state, 'Z' | 'X'),
            cpu: Duration::from_millis(ticks * 1000 / procfs::ticks_per_second()),
            name: stat.comm,
        }
    }
}

/// Returns the words that started it; nothing if it is not to be read.
pub fn command_line(process: &Process) -> String {
    let line = process::Process::new(process.pid).and_then(|process| process.cmdline());
    line.unwrap_or_default().join(" ")
}

/// Returns its environment; an empty one may be that of a process between `fork` and `exec`.
pub fn environment(process: &Process) -> HashMap<OsString, OsString> {
    let environment = process::Process::new(process.pid).and_then(|process| process.environ());
    environment.unwrap_or_default()
}

/// From now on, a process that loses its parent becomes our child.
pub fn adopt_orphans() -> nix::Result<()> {
    nix::sys::prctl::set_child_subreaper(true)
}

/// Returns the signals that are ignored, a bit for each, from 1 on.
pub fn ignored_signals() -> u64 {
    let status = process::Process::myself().and_then(|process| process.status());
    status.map_or(0, |status| status.sigign)
}

/// Returns the model of the processor.
pub fn cpu_name() -> Option<String> {
    let info = CpuInfo::current().ok()?;
    info.model_name(0).map(str::to_owned)
}
