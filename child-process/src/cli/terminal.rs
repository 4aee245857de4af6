//! The terminal of `run`: a command stays in its foreground group, where keys reach it, and leaves it as it was.
//!
//! So the group is not the command's own, and its processes are found as descendants: this process is made a subreaper,
//! to which orphans come.

use std::convert::Infallible;
use std::fs::File;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, tcgetpgrp, tcsetpgrp};

/// The terminal that controls this process.
pub struct Terminal {
    file: File,
    /// Its modes, if this process was in the foreground: others' are not ours to restore.
    modes: Option<Termios>,
}

impl Terminal {
    /// Opens the terminal, if there is one.
    pub fn open() -> Option<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .ok()?;
        let is_ours = tcgetpgrp(&file) == Ok(getpgrp());
        let modes = if is_ours { tcgetattr(&file).ok() } else { None };
        Some(Self { file, modes })
    }

    /// Puts back the modes and the foreground group after a command that could not do so itself.
    pub fn restore(&self) {
        let Some(modes) = &self.modes else { return };
        // A shell that was killed leaves its own group in the foreground; from the background, taking it back would
        // stop us.
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGTTOU);
        let _ = blocked.thread_block();
        let _ = tcsetpgrp(&self.file, getpgrp());
        let _ = tcsetattr(&self.file, SetArg::TCSADRAIN, modes);
        let _ = blocked.thread_unblock();
    }
}

/// Makes this process the parent of its descendants' orphans, so that they can be found.
#[cfg(target_os = "linux")]
pub fn adopt_orphans() {
    // Where the system refuses, orphans go on after a limit.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Does nothing: there are no subreapers.
#[cfg(not(target_os = "linux"))]
pub fn adopt_orphans() {}

/// Reaps the orphans that come to this process, for ever; `child` is not one.
#[cfg(target_os = "linux")]
pub async fn reap_orphans(child: u32) -> Infallible {
    use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
    use tokio::signal::unix::{SignalKind, signal};

    let ended = signal(SignalKind::child());
    if let Ok(mut ended) = ended {
        let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        while ended.recv().await.is_some() {
            while let Ok(status) = waitid(Id::All, look)
                && let Some(orphan) = status
                    .pid()
                    .filter(|pid| pid.as_raw().cast_unsigned() != child)
            {
                let _ = waitpid(orphan, None);
            }
        }
    }
    std::future::pending().await
}

/// Waits for ever: orphans do not come here.
#[cfg(not(target_os = "linux"))]
pub async fn reap_orphans(_child: u32) -> Infallible {
    std::future::pending().await
}
