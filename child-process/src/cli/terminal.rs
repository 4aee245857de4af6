//! The terminal of `run`: a command stays in its foreground group, where keys reach it, and leaves it as it was.
//!
//! Nothing more is known here of what it has started: see `orphans.rs`.

use std::fs::File;

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgid, getpgrp, getpid, getppid, tcgetpgrp, tcsetpgrp};

use super::orphans::children;

/// The terminal that controls this process.
pub struct Terminal {
    file: File,
    /// Its modes, if this process was in the foreground: others' are not ours to restore.
    modes: Option<Termios>,
}

impl Terminal {
    /// Opens the terminal, if there is one.
    pub fn open() -> Option<Self> {
        let mut options = File::options();
        let file = options.read(true).write(true).open("/dev/tty").ok()?;
        let is_ours = tcgetpgrp(&file) == Ok(getpgrp());
        let modes = if is_ours { tcgetattr(&file).ok() } else { None };
        Some(Self { file, modes })
    }

    /// Puts back the modes and the foreground group after a command that could not do so itself.
    pub fn restore(&self) {
        let (Some(modes), Ok(foreground)) = (&self.modes, tcgetpgrp(&self.file)) else {
            return;
        };
        // A shell that was killed leaves an empty group in the foreground. One that is not empty uses the terminal: the
        // user's shell, if this process was sent to the background, or the pager at the end of our own pipeline.
        let is_used = match foreground == getpgrp() {
            true => has_siblings(),
            false => killpg(foreground, None) != Err(Errno::ESRCH),
        };
        if is_used {
            return;
        }
        // From the background, taking it back would stop us.
        let blocked = SigSet::from_iter([Signal::SIGTTOU]);
        let _ = blocked.thread_block();
        let _ = tcsetpgrp(&self.file, getpgrp());
        let _ = tcsetattr(&self.file, SetArg::TCSADRAIN, modes);
        let _ = blocked.thread_unblock();
    }
}

/// Returns whether the parent has other children in our group: the rest of a pipeline.
fn has_siblings() -> bool {
    let mut others = children(getppid()).filter(|pid| *pid != getpid());
    others.any(|pid| getpgid(Some(pid)) == Ok(getpgrp()))
}
