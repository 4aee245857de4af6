//! macOS and others: `ps`, which says less. Orphans go to the first process, and no environment is readable, so what
//! leaves its process group is not found once its parent is gone.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::time::Duration;

use nix::unistd::getpid;

use super::Process;
use crate::run::leaks::running_children;

/// Returns the processes that could be read, and whether those are all.
pub fn processes() -> (Vec<Process>, bool) {
    let columns = "pid=,ppid=,pgid=,stat=,time=,command=";
    let output = Command::new("ps").args(["-A", "-o", columns]).output();
    let table = output.map_or_else(|_| Vec::new(), |output| output.stdout);
    let table = String::from_utf8_lossy(&table);
    let (me, running) = (getpid().as_raw(), running_children());
    // A child that no run waits for is such a `ps`, ours or that of another thread.
    let is_run = |process: &Process| process.parent != me || running.contains(&process.pid);
    let processes = table.lines().filter_map(process).filter(is_run);
    (processes.collect(), !table.is_empty())
}

/// Reads `PID PARENT GROUP STATE [HOURS:]MINUTES:SECONDS COMMAND`.
fn process(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let mut number = || words.next()?.parse().ok();
    let (pid, parent, group) = (number()?, number()?, number()?);
    let is_dead = words.next()?.starts_with('Z');
    let parts = words.next()?.split([':', '-']).map(str::parse::<f64>);
    let seconds = parts.flatten().fold(0.0, |sum, part| sum * 60.0 + part);
    Some(Process {
        pid,
        parent,
        group,
        is_dead,
        cpu: Duration::from_secs_f64(seconds),
        name: Vec::from_iter(words).join(" "),
    })
}

/// Returns the words that started it.
pub fn command_line(process: &Process) -> String {
    process.name.clone()
}

/// Returns what every process is said to have: something, and no cookie.
pub fn environment(_: &Process) -> HashMap<OsString, OsString> {
    HashMap::from([(OsStr::new("PATH").into(), OsString::new())])
}

/// Does nothing: orphans belong to the first process.
pub fn adopt_orphans() -> nix::Result<()> {
    Ok(())
}

/// Returns the signals that are ignored, a bit for each: unknown, so `nohup` is without effect here.
pub fn ignored_signals() -> u64 {
    0
}

/// Returns the model of the processor.
pub fn cpu_name() -> Option<String> {
    let mut sysctl = Command::new("sysctl");
    let output = sysctl.args(["-n", "machdep.cpu.brand_string"]).output();
    let name = String::from_utf8_lossy(&output.ok()?.stdout)
        .trim()
        .to_owned();
    (!name.is_empty()).then_some(name)
}
