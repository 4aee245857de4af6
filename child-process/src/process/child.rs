//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::task::JoinSet;

use super::command::Command;
use super::reaper::reap_later;
use super::running::Running;
use super::spawn::spawn;
use super::stdio::Stdio;
use super::supervisor::{Limits, Reason, supervise};
use crate::{Error, Exit};

/// The pipe to a child's stdin. Dropping it is the end of what the child reads.
pub type ChildStdin = pipe::Sender;
/// The pipe from a child's stdout.
pub type ChildStdout = pipe::Receiver;
/// The pipe from a child's stderr.
pub type ChildStderr = pipe::Receiver;

/// A running child. Dropping it kills its group, unless it is [detached](Command::detached).
#[derive(Debug)]
pub struct Child {
    /// The pipe to its stdin, if it is one; take it to write from another task.
    pub stdin: Option<ChildStdin>,
    /// The pipe from its stdout, if it is one.
    pub stdout: Option<ChildStdout>,
    /// The pipe from its stderr, if it is one.
    pub stderr: Option<ChildStderr>,
    sockets: BTreeMap<RawFd, UnixStream>,
    pub(super) running: Arc<Running>,
    /// The task that follows the child, until it has returned.
    supervisor: JoinSet<io::Result<Reason>>,
    /// What it returned.
    reason: Reason,
    pub(super) limits: Limits,
    pub(super) command: Box<str>,
    pub(super) started: Instant,
}

impl Command {
    /// Starts the command and returns at once; pipes lead to its stdin, stdout and stderr unless something else was set.
    ///
    /// Time limit, cancellation, input and passed on signals work as for a command that is awaited, until it has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`] if it cannot be started.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// let mut child = child_process::exec_file("tr", ["a-z", "A-Z"]).spawn().await?;
    /// let (mut stdin, mut stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    /// stdin.write_all(b"hello").await?;
    /// drop(stdin);
    /// let mut text = String::new();
    /// stdout.read_to_string(&mut text).await?;
    /// assert_eq!(text, "HELLO");
    /// assert!(child.wait().await?.is_success());
    /// # Ok(()) }
    /// ```
    pub async fn spawn(self) -> Result<Child, Error> {
        self.spawn_with([const { Stdio::Piped }; 3]).await
    }

    /// Starts the command; `defaults` are stdin, stdout and stderr where it does not say.
    pub(crate) async fn spawn_with(mut self, defaults: [Stdio; 3]) -> Result<Child, Error> {
        let started = Instant::now();
        for (number, default) in (0..).zip(defaults) {
            self.stdio.entry(number).or_insert(default);
        }
        let (pid, mut pipes) = spawn(&mut self).await?;
        let stdin = pipes.stdin.take_if(|_| self.input.is_some());
        let mut child = Child {
            stdin: pipes.stdin,
            stdout: pipes.outputs.remove(&1),
            stderr: pipes.outputs.remove(&2),
            sockets: pipes.sockets,
            running: Arc::new(Running::new(pid, self.start.group)),
            supervisor: JoinSet::new(),
            reason: Reason::Ended,
            limits: self.limits,
            command: self.line().to_string_lossy().into(),
            started,
        };
        let supervisor = supervise(Arc::clone(&child.running), self, stdin);
        child.supervisor.spawn(supervisor);
        Ok(child)
    }
}

impl Child {
    /// Returns its process number, which is also its group's: Node's `pid`.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// Takes the socket to a descriptor beyond 2 that is [`Stdio::Piped`]: Node's `stdio[number]`.
    pub fn take_socket(&mut self, number: u16) -> Option<UnixStream> {
        self.sockets.remove(&number.into())
    }

    /// Sends a signal to its group and returns whether a process was there. Node's `kill` reaches the child alone.
    ///
    /// # Errors
    ///
    /// `EPERM` if the child has changed its user.
    pub fn kill(&self, signal: Signal) -> Result<bool, Errno> {
        self.running.signal(signal)
    }

    /// Returns whether a signal was sent to it, by [`kill`](Self::kill) or by a limit.
    pub fn killed(&self) -> bool {
        self.running.killed.load(Ordering::Relaxed)
    }

    /// Returns how it ended; none while it runs. What it has started is still ended when this is dropped, unless
    /// [`wait`](Self::wait) has returned.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    pub fn try_wait(&self) -> Result<Option<Exit>, Error> {
        self.running.peek().map_err(Error::io("wait for the child"))
    }

    /// Returns its exit status; none while it runs, or if a signal ended it: Node's `exitCode`.
    pub fn exit_code(&self) -> Option<i32> {
        match self.try_wait() {
            Ok(Some(Exit::Code(code))) => Some(code),
            _ => None,
        }
    }

    /// Returns the name of the signal that ended it: Node's `signalCode`.
    pub fn signal_code(&self) -> Option<String> {
        self.try_wait().ok().flatten().and_then(Exit::signal_name)
    }

    /// Waits for its end: Node's `'exit'` event. The pipe to its stdin is closed first, if it was not taken.
    ///
    /// Read what it writes before or meanwhile: a full pipe holds it up. A child that a limit has ended is
    /// [killed](Self::killed), as in Node.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost; call it again.
    pub async fn wait(&mut self) -> Result<Exit, Error> {
        self.stdin = None;
        self.supervised().await?;
        self.reaped().await
    }

    /// Waits until the supervisor has returned, and remembers what.
    pub(super) async fn supervised(&mut self) -> Result<Reason, Error> {
        if let Some(joined) = self.supervisor.join_next().await {
            let reason = joined.unwrap_or_else(|error| Err(error.into()));
            self.reason = reason.map_err(Error::io("follow the child"))?;
        }
        Ok(self.reason)
    }

    /// Waits until the child has ended and reaps it.
    pub(super) async fn reaped(&self) -> Result<Exit, Error> {
        let exited = self.running.exited().await;
        let reaped = exited.and_then(|()| self.running.reap());
        let reaped = reaped.map_err(Error::io("wait for the child"))?;
        Ok(reaped.unwrap_or(Exit::StillRunning))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.running.is_detached() {
            self.supervisor.detach_all();
        } else {
            let _ = self.running.signal(Signal::SIGKILL);
        }
        reap_later(Arc::clone(&self.running));
    }
}
