//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
use std::fmt;
use std::future::pending;
use std::mem::{replace, take};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;

use super::command::Command;
use super::exec::{Execution, Reason};
use super::options::{Events, Limits, deadline};
use super::process_group::ProcessGroup;
use super::spawn::{Pipes, spawn};
use super::stdio::Stdio;
use crate::{Error, Exit, Output};

/// The pipe to a child's stdin. Dropping it is the end of what the child reads.
pub type ChildStdin = pipe::Sender;
/// The pipe from a child's stdout.
pub type ChildStdout = pipe::Receiver;
/// The pipe from a child's stderr.
pub type ChildStderr = pipe::Receiver;

/// A running child. Dropping it kills its group, unless it is [detached](Command::detached).
pub struct Child {
    /// The pipe to its stdin, if it is one; take it to write from another task.
    pub stdin: Option<ChildStdin>,
    /// The pipe from its stdout, if it is one.
    pub stdout: Option<ChildStdout>,
    /// The pipe from its stderr, if it is one.
    pub stderr: Option<ChildStderr>,
    sockets: BTreeMap<RawFd, UnixStream>,
    group: Arc<ProcessGroup>,
    work: Work,
    limits: Limits,
    line: String,
    started: Instant,
}

/// What is done for a child besides reading its output.
enum Work {
    /// By the one who waits for it.
    Inline(Events, Vec<u8>),
    /// By a task, whether or not it is waited for.
    Supervised(JoinHandle<Result<Reason, Error>>),
}

impl Command {
    /// Starts the command and returns at once; pipes lead to its stdin, stdout and stderr unless something else was set.
    ///
    /// Time limit, cancellation, input and passed on signals work as for a command that is awaited.
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
        self.spawn_with([Stdio::Piped, Stdio::Piped, Stdio::Piped])
            .await
    }

    pub(crate) async fn spawn_with(self, defaults: [Stdio; 3]) -> Result<Child, Error> {
        let has_input = self.input.is_some();
        let has_events =
            self.limits.timeout.is_some() || self.cancelled.is_some() || self.forwarded.is_some();
        let mut child = self.start(defaults).await?;
        if has_input || has_events {
            child.supervise(has_input);
        }
        Ok(child)
    }

    /// Starts the command; its limits are for the one who waits.
    pub(super) async fn start(mut self, mut defaults: [Stdio; 3]) -> Result<Child, Error> {
        let started = Instant::now();
        if self.input.is_some() {
            defaults[0] = Stdio::Piped;
        }
        let (group, pipes) = spawn(&mut self, defaults).await?;
        let events = Events {
            deadline: deadline(
                started,
                self.limits.timeout.filter(|timeout| !timeout.is_zero()),
            ),
            cancelled: self.cancelled.take().unwrap_or_else(|| Box::pin(pending())),
            forwarded: self.forwarded.take(),
        };
        Ok(Child {
            line: self.line().to_string_lossy().into_owned(),
            stdin: pipes.stdin,
            stdout: pipes.stdout,
            stderr: pipes.stderr,
            sockets: pipes.sockets,
            group: Arc::new(group),
            work: Work::Inline(events, self.input.unwrap_or_default()),
            limits: self.limits,
            started,
        })
    }
}

impl Child {
    /// Returns its process number, which is also its group's: Node's `pid`.
    pub fn pid(&self) -> u32 {
        self.group.pid()
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
        self.group.signal(signal)
    }

    /// Returns whether a signal was sent to it, by [`kill`](Self::kill) or by a limit.
    pub fn killed(&self) -> bool {
        self.group.killed()
    }

    /// Returns how it ended; none while it runs.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    pub fn try_wait(&self) -> Result<Option<Exit>, Error> {
        self.group
            .try_reap()
            .map_err(Error::io("wait for the child"))
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
        loop {
            self.group
                .exited()
                .await
                .map_err(Error::io("wait for the child"))?;
            if let Some(exit) = self.try_wait()? {
                return Ok(exit);
            }
            tokio::task::yield_now().await;
        }
    }

    /// Reads what is left of stdout and stderr, each up to `max_buffer`, and waits: what awaiting the command gives.
    ///
    /// # Errors
    ///
    /// As awaiting the command.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills the group.
    pub async fn wait_with_output(mut self) -> Result<Output, Error> {
        let mut work = self.take_work();
        // Without input, its stdin is at its end.
        let stdin = self
            .stdin
            .take()
            .filter(|_| matches!(&work, Work::Inline(_, input) if !input.is_empty()));
        let pipes = Pipes {
            stdin,
            stdout: self.stdout.take(),
            stderr: self.stderr.take(),
            ..Pipes::default()
        };
        let (events, input) = match &mut work {
            Work::Inline(events, input) => (take(events), take(input)),
            Work::Supervised(_) => Default::default(),
        };
        let mut execution = Execution::new(Arc::clone(&self.group), pipes, input, self.limits);
        let reason = tokio::select! {
            biased;
            reason = ended_by(&mut work) => {
                execution.drain_after_kill().await;
                reason?
            }
            reason = execution.run(events) => match (reason?, work) {
                // It may have ended because of a limit.
                (Reason::Ended, Work::Supervised(task)) => task.await.unwrap_or(Ok(Reason::Ended))?,
                (reason, _) => reason,
            },
        };
        execution.into_result(&self.line, reason, self.started)
    }

    /// Starts a task that does what a limit, an event or input asks for.
    fn supervise(&mut self, has_input: bool) {
        if let Work::Inline(events, input) = self.take_work() {
            let stdin = if has_input { self.stdin.take() } else { None };
            let pipes = Pipes {
                stdin,
                ..Pipes::default()
            };
            let mut execution = Execution::new(Arc::clone(&self.group), pipes, input, self.limits);
            self.work = Work::Supervised(tokio::spawn(async move { execution.run(events).await }));
        }
    }

    fn take_work(&mut self) -> Work {
        replace(&mut self.work, Work::Inline(Events::default(), Vec::new()))
    }
}

/// Waits until the supervisor has ended the child; for ever if the child ends by itself.
async fn ended_by(work: &mut Work) -> Result<Reason, Error> {
    if let Work::Supervised(task) = work {
        let reason = task.await;
        *work = Work::Inline(Events::default(), Vec::new());
        match reason {
            Ok(Ok(Reason::Ended)) | Err(_) => {}
            Ok(reason) => return reason,
        }
    }
    pending().await
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.group.is_detached() {
            if let Work::Supervised(task) = &self.work {
                task.abort();
            }
            self.group.abandon();
        }
    }
}

impl fmt::Debug for Child {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Child")
            .field("command", &self.line)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}
