//! A child and its process group: seeing the child end without giving up its number, and ending the whole group.
//!
//! A number stays reserved as long as its process has ended but was not waited for. So the child is *seen* to end
//! through a pidfd, the group is signalled, and only then is the child reaped: no signal can meet a stranger.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::io::unix::AsyncFd;

use super::reaper;
use crate::Exit;
use crate::sys::{self, Group};

/// New descendants are looked for so often at most: one that forks faster than it is killed wins.
const MAX_SEARCHES: usize = 100;

/// A child that was started. Dropping it kills its group; a reaper waits for what is left.
#[derive(Debug)]
pub struct ProcessGroup {
    pid: Pid,
    group: Group,
    exit_watch: AsyncFd<OwnedFd>,
    /// A lock, so that no signal is sent while the number is given up.
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    exit: Option<Exit>,
    killed: bool,
    /// The child is not reaped meanwhile, since its number is the group's.
    is_ending: bool,
    /// The reaper has it.
    is_abandoned: bool,
}

impl ProcessGroup {
    /// Watches a child, which was just started. On an error it is killed.
    pub fn new(pid: Pid, group: Group) -> io::Result<Self> {
        let exit_watch = sys::exit_watch(pid).inspect_err(|_| {
            let _ = kill(pid, Signal::SIGKILL);
            reaper::reap_later(pid, true);
        })?;
        Ok(Self {
            pid,
            group,
            exit_watch,
            state: Mutex::default(),
        })
    }

    pub fn pid(&self) -> u32 {
        self.pid.as_raw().cast_unsigned()
    }

    /// Returns whether a signal was sent.
    pub fn killed(&self) -> bool {
        self.state().killed
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
        // Once readable, it stays so: the readiness is not cleared.
        self.exit_watch.readable().await.map(drop)
    }

    /// Sends a signal to the group, or to the child and its descendants if the group is not its own.
    /// Returns whether there was a process to take it.
    pub fn signal(&self, signal: Signal) -> Result<bool, Errno> {
        let mut state = self.state();
        if state.exit.is_some() {
            return Ok(false);
        }
        let mut sent = match self.group {
            Group::Own | Group::Session => killpg(self.pid, signal),
            Group::Parents => kill(self.pid, signal),
        };
        if signal == Signal::SIGKILL {
            self.kill_descendants();
            // What the child itself says counts: the group may have others, which are killed.
            sent = kill(self.pid, signal);
        } else if self.group == Group::Parents {
            for pid in sys::descendants(self.pid) {
                let _ = kill(pid, signal);
            }
        }
        if sent == Err(Errno::ESRCH) {
            return Ok(false);
        }
        sent?;
        state.killed = true;
        Ok(true)
    }

    /// Returns whether the child, which has ended, has left orphans to this process.
    pub fn has_orphans(&self) -> bool {
        !sys::descendants(self.pid).is_empty()
    }

    /// Kills descendants until no new ones appear: those outside of the group, which killpg does not reach.
    fn kill_descendants(&self) {
        let mut seen = BTreeSet::new();
        for _ in 0..MAX_SEARCHES {
            let before = seen.len();
            for pid in sys::descendants(self.pid) {
                if seen.insert(pid) {
                    let _ = kill(pid, Signal::SIGKILL);
                }
            }
            if seen.len() == before {
                break;
            }
        }
    }

    /// Does not let the child be reaped while `ending` signals its group.
    pub async fn while_ending<T>(&self, ending: impl Future<Output = T>) -> T {
        self.state().is_ending = true;
        let ended = ending.await;
        self.state().is_ending = false;
        ended
    }

    /// Reaps the child if it has ended, and returns how.
    pub fn try_reap(&self) -> Result<Option<Exit>, Errno> {
        let mut state = self.state();
        if state.exit.is_none() && !state.is_ending && !state.is_abandoned {
            state.exit = sys::reap(self.pid)?;
        }
        Ok(state.exit)
    }

    /// Kills the group and leaves the child to the reaper, without waiting.
    pub fn abandon(&self) {
        if !self.is_detached() {
            let _ = self.signal(Signal::SIGKILL);
        }
        let mut state = self.state();
        if state.exit.is_none() && !state.is_abandoned {
            state.is_abandoned = true;
            reaper::reap_later(self.pid, !self.is_detached());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.abandon();
    }
}
