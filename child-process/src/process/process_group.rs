//! A child and its process group: seeing the child end without giving up its number, and ending the whole group.
//!
//! A number stays reserved as long as its process has ended but was not waited for. So the child is *seen* to end
//! through a pidfd, the group is signalled, and only then is the child reaped: no signal can meet a stranger.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::sync::SetOnce;

use crate::Exit;
use crate::sys::{self, Group};

/// A child that was started: what its handle, its supervisor and the reaper share.
#[derive(Debug)]
pub struct ProcessGroup {
    pid: Pid,
    group: Group,
    /// Whether a signal was sent.
    pub killed: AtomicBool,
    /// Held while its output is read: a run is not over before its pipes are.
    pub reading: tokio::sync::Mutex<()>,
    /// The stream that had more than was to be kept.
    pub too_much: SetOnce<&'static str>,
    /// Whether a limit is ending the group, whose number the child reserves.
    pub is_ending: AtomicBool,
    /// How the child ended, once it is reaped. A lock, so that no signal is sent while the number is given up.
    exit: Mutex<Option<Exit>>,
}

impl ProcessGroup {
    pub fn new(pid: Pid, group: Group) -> Self {
        Self {
            pid,
            group,
            killed: AtomicBool::new(false),
            reading: tokio::sync::Mutex::default(),
            too_much: SetOnce::new(),
            is_ending: AtomicBool::new(false),
            exit: Mutex::new(None),
        }
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw().cast_unsigned()
    }

    /// Returns whether the child outlives this.
    pub fn is_detached(&self) -> bool {
        self.group == Group::Session
    }

    /// Waits until the child has ended, and does not reap it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn exited(&self) -> io::Result<()> {
        if self.exit().is_none() {
            sys::exited(self.pid).await?;
        }
        Ok(())
    }

    /// Reaps the child if it has ended, and returns how.
    pub fn reap(&self) -> io::Result<Option<Exit>> {
        let mut exit = self.exit();
        if exit.is_none() {
            *exit = sys::reap(self.pid)?;
        }
        Ok(*exit)
    }

    /// Sends a signal to the group, or to the child and its descendants if the group is not its own.
    /// Returns whether there was a process to take it.
    pub fn signal(&self, signal: Signal) -> Result<bool, Errno> {
        let exit = self.exit();
        if exit.is_some() {
            return Ok(false);
        }
        let (is_foreground, kills) = (self.group == Group::Parents, signal == Signal::SIGKILL);
        // Before the child ends, since its children then have another parent. killpg does not reach other groups.
        let descendants = if is_foreground || kills {
            sys::descendants(self.pid)
        } else {
            Vec::new()
        };
        let sent = if is_foreground {
            kill(self.pid, signal)
        } else {
            killpg(self.pid, signal)
        };
        for pid in descendants {
            let _ = kill(pid, signal);
        }
        // Others in the group may have taken it: what counts is whether the child can be killed.
        match if kills { kill(self.pid, signal) } else { sent } {
            Err(Errno::ESRCH) => return Ok(false),
            sent => sent?,
        }
        self.killed.store(true, Ordering::Relaxed);
        Ok(true)
    }

    fn exit(&self) -> MutexGuard<'_, Option<Exit>> {
        // No code panics while it holds the lock.
        self.exit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
