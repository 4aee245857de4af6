//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
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
use super::options::{Events, Limits};
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
#[derive(Debug)]
pub struct Child {
    /// The pipe to its stdin, if it is one; take it to write from another task.
    pub stdin: Option<ChildStdin>,
    /// The pipe from its stdout, if it is one.
    pub stdout: Option<ChildStdout>,
    /// The pipe from its stderr, if it is one.
    pub stderr: Option<ChildStderr>,
    sockets: BTreeMap<RawFd, UnixStream>,
    group: Arc<ProcessGroup>,
    /// Watches the limits, if there are any: they hold whether or not this child is waited for.
    supervisor: Option<JoinHandle<Result<Reason, Error>>>,
    started: Instant,
    limits: Limits,
    is_detached: bool,
    line: String,
    spawn_file: String,
    spawn_args: Vec<String>,
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

    pub(crate) async fn spawn_with(mut self, mut defaults: [Stdio; 3]) -> Result<Child, Error> {
        let started = Instant::now();
        let input = self.input.take();
        if input.is_some() {
            defaults[0] = Stdio::Piped;
        }
        let (group, mut pipes) = spawn(&mut self, defaults).await?;
        let group = Arc::new(group);
        let is_supervised = input.is_some()
            || self.limits.timeout.is_some()
            || self.events.cancelled.is_some()
            || self.events.forwarded.is_some();
        let (line, spawn_file) = (self.line().to_string_lossy().into_owned(), self.file());
        let (is_detached, spawn_args, events) =
            (self.is_detached(), self.spawn_args(), self.events);
        let supervisor = is_supervised.then(|| {
            let stdin = if input.is_some() {
                pipes.stdin.take()
            } else {
                None
            };
            let pipes = Pipes {
                stdin,
                ..Pipes::default()
            };
            let mut execution =
                Execution::new(Arc::clone(&group), pipes, input, started, self.limits);
            tokio::spawn(async move { execution.run(events).await })
        });
        Ok(Child {
            stdin: pipes.stdin,
            stdout: pipes.stdout,
            stderr: pipes.stderr,
            sockets: pipes.sockets,
            group,
            supervisor,
            started,
            limits: self.limits,
            is_detached,
            line,
            spawn_file: spawn_file.to_string_lossy().into_owned(),
            spawn_args,
        })
    }
}

impl Child {
    /// Returns its process number, which is also its group's: Node's `pid`.
    pub fn pid(&self) -> u32 {
        self.group.pid()
    }

    /// Returns what was executed: Node's `spawnfile`.
    pub fn spawn_file(&self) -> &str {
        &self.spawn_file
    }

    /// Returns the arguments: Node's `spawnargs`, without the name of the program.
    pub fn spawn_args(&self) -> &[String] {
        &self.spawn_args
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
        self.group.try_reap().map_err(failed)
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
            self.group.exited().await.map_err(failed)?;
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
        let (stdout, stderr) = (self.stdout.take(), self.stderr.take());
        self.stdin = None;
        let pipes = Pipes {
            stdout,
            stderr,
            ..Pipes::default()
        };
        let group = Arc::clone(&self.group);
        let mut execution =
            Execution::new(group, pipes, None, self.started, self.limits).without_deadline();
        let mut supervisor = self.supervisor.take();
        let reason = tokio::select! {
            biased;
            reason = ended_by(&mut supervisor) => {
                execution.drain_after_kill().await;
                reason?
            }
            reason = execution.run(Events::default()) => match (reason?, &mut supervisor) {
                // It may have ended because of a limit.
                (Reason::Ended, Some(supervisor)) => supervisor.await.map_or(Ok(Reason::Ended), |reason| reason)?,
                (reason, _) => reason,
            },
        };
        execution.into_result(&self.line, reason)
    }
}

/// Waits until the supervisor has ended the child; for ever if the child ends by itself.
async fn ended_by(
    supervisor: &mut Option<JoinHandle<Result<Reason, Error>>>,
) -> Result<Reason, Error> {
    if let Some(handle) = supervisor {
        let reason = handle.await;
        *supervisor = None;
        match reason {
            Ok(Ok(Reason::Ended)) | Err(_) => {}
            Ok(reason) => return reason,
        }
    }
    std::future::pending().await
}

fn failed(source: std::io::Error) -> Error {
    Error::Io {
        attempt: "wait for the child",
        source,
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.is_detached {
            if let Some(supervisor) = &self.supervisor {
                supervisor.abort();
            }
            self.group.abandon();
        }
    }
}
