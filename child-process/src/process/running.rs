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
use rustix::process::WaitIdOptions;
use tokio::sync::SetOnce;

use crate::Exit;
use crate::sys::{self, Group};

/// A child that was started: what its handle, its supervisor and the reaper share.
#[derive(Debug)]
pub struct Running {
    pid: Pid,
    group: Group,
    /// Whether a signal was sent.
    pub killed: AtomicBool,
    /// Locked while the output is read: the supervisor waits for this lock, and so for the end of the pipes.
    pub reading: tokio::sync::Mutex<()>,
    /// The stream that had more than was to be kept.
    pub too_much: SetOnce<&'static str>,
    /// How the child ended, once it is reaped. A lock, so that no signal is sent while the number is given up.
    reaped: Mutex<Option<Exit>>,
}

impl Running {
    pub fn new(pid: Pid, group: Group) -> Self {
        Self {
            pid,
            group,
            killed: AtomicBool::new(false),
            reading: tokio::sync::Mutex::default(),
            too_much: SetOnce::new(),
            reaped: Mutex::new(None),
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
        if self.lock().is_none() {
            sys::exited(self.pid).await?;
        }
        Ok(())
    }

    /// Returns how the child ended, if it has, and does not reap it.
    pub fn peek(&self) -> io::Result<Option<Exit>> {
        match *self.lock() {
            None => sys::wait(self.pid, WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT),
            reaped => Ok(reaped),
        }
    }

    /// Reaps the child if it has ended, and returns how.
    pub fn reap(&self) -> io::Result<Option<Exit>> {
        let mut reaped = self.lock();
        if reaped.is_none() {
            *reaped = sys::wait(self.pid, WaitIdOptions::NOHANG)?;
        }
        Ok(*reaped)
    }

    /// Blocks this thread until the child has ended, and reaps it. One that cannot be waited for was reaped by others.
    pub fn reap_blocking(&self) {
        while matches!(self.reap(), Ok(None)) {
            // Without the lock, so that signals can be sent.
            let _ = sys::wait(self.pid, WaitIdOptions::NOWAIT);
        }
    }

    /// Sends a signal to the group, or to the child and its descendants if the group is not its own.
    /// Returns whether there was a process to take it.
    pub fn signal(&self, signal: Signal) -> Result<bool, Errno> {
        let reaped = self.lock();
        if reaped.is_some() {
            return Ok(false);
        }
        let (is_foreground, kills) = (self.group == Group::Parents, signal == Signal::SIGKILL);
        // Before the child ends, since its children then have another parent. killpg does not reach other groups.
        let descendants = (is_foreground || kills).then(|| sys::descendants(self.pid));
        let send = if is_foreground { kill } else { killpg };
        let sent = send(self.pid, signal);
        for pid in descendants.into_iter().flatten() {
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

    fn lock(&self) -> MutexGuard<'_, Option<Exit>> {
        // No code panics while it holds the lock.
        self.reaped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
