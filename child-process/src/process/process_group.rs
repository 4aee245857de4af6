//! The child at the head of its group: seeing it end without forgetting its number, and ending all of its group.
//!
//! A number stays reserved as long as its process has ended but was not waited for. So the child is *seen* to end
//! through a pidfd, the group is signalled, and only then is the child reaped: no signal can meet a stranger.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::io::unix::AsyncFd;

use crate::{Exit, sys};

/// A child that has not been reaped. Dropping it kills its group and reaps it.
#[derive(Debug)]
pub struct ProcessGroup {
    child: Child,
    pid: Pid,
    exit_watch: AsyncFd<OwnedFd>,
    /// Whether it leads a group of its own.
    leads: bool,
    exit: Option<Exit>,
    kill_on_drop: bool,
}

impl ProcessGroup {
    /// Watches `child`, which was just started. On an error it is killed.
    pub fn new(mut child: Child, leads: bool, kill_on_drop: bool) -> io::Result<Self> {
        let pid = Pid::from_raw(child.id().cast_signed());
        match sys::exit_watch(pid) {
            Ok(exit_watch) => Ok(Self {
                child,
                pid,
                exit_watch,
                leads,
                exit: None,
                kill_on_drop,
            }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
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

    /// Sends a signal to the group, or to the child alone if the group is not its own. Says whether anybody was there.
    pub fn signal(&self, signal: Signal) -> bool {
        if self.exit.is_some() {
            return false;
        }
        let sent = if self.leads {
            killpg(self.pid, signal)
        } else {
            kill(self.pid, signal)
        };
        sent.is_ok()
    }

    /// Reaps the child, which has [exited](Self::exited) or is about to.
    pub fn reap(&mut self) -> io::Result<Exit> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        let exit = Exit::from(self.child.wait()?);
        self.exit = Some(exit);
        Ok(exit)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        if self.exit.is_none() && self.kill_on_drop {
            self.signal(Signal::SIGKILL);
            // SIGKILL cannot be refused, so this is soon over.
            let _ = self.child.wait();
        }
    }
}
