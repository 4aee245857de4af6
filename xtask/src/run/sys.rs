//! What differs between systems: the table of processes, and who inherits what.

#[cfg(not(unix))]
compile_error!("xtask is for Unix: it looks after groups of processes");

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod posix;

use std::time::Duration;

#[cfg(target_os = "linux")]
pub use self::linux::{
    adopt_orphans, command_line, cpu_name, environment, ignored_signals, processes,
};
#[cfg(not(target_os = "linux"))]
pub use self::posix::{
    adopt_orphans, command_line, cpu_name, environment, ignored_signals, processes,
};

/// A process, as the system's table has it.
#[derive(Clone)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub group: i32,
    /// It has ended, and its parent has not asked how.
    pub is_dead: bool,
    /// What it took so far, with those that it waited for where the system says so.
    pub cpu: Duration,
    /// The name of its program.
    pub name: String,
}
