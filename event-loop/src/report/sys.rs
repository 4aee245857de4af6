//! What differs between systems: sessions and groups of processes, which Windows has not.

use tokio::process::{Child, Command};

/// Gives the command a session, and with it a group, of its own. From there a terminal can still be read, where a group in the background
/// would be stopped; its keys reach us alone.
pub fn own_session(command: &mut Command) {
    #[cfg(unix)]
    #[expect(unsafe_code, reason = "std has no stable setsid")]
    // SAFETY: between fork and exec it makes one system call, and neither allocates nor locks.
    unsafe {
        command.pre_exec(|| Ok(nix::unistd::setsid().map(drop)?));
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
