//! What differs between systems: groups of processes, which Windows has not.

use tokio::process::{Child, Command};

/// Gives the command a group of its own; at a terminal it stays in ours, since only that one may read from it.
pub fn own_group(command: &mut Command) {
    #[cfg(unix)]
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        command.process_group(0);
    }
    #[cfg(not(unix))]
    let _ = command;
}

/// Kills what is left of a child's group.
pub fn kill_group(child: &Child) {
    #[cfg(unix)]
    if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok()) {
        use nix::sys::signal::{Signal, killpg};
        let _ = killpg(nix::unistd::Pid::from_raw(group), Signal::SIGKILL);
    }
    #[cfg(not(unix))]
    let _ = child;
}
