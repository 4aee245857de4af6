//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::{SetOnce, oneshot};
use tokio::task::JoinHandle;

use super::command::Command;
use super::process_group::ProcessGroup;
use super::spawn::spawn;
use super::stdio::Stdio;
use super::supervisor::{Ended, Limits, Outputs, Reason, capture, supervise};
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
    /// None when it has returned, and for a command that is awaited.
    supervisor: Option<JoinHandle<io::Result<Ended>>>,
    ended: Ended,
    /// Gives the supervisor stdout and stderr to read.
    outputs: Option<oneshot::Sender<Outputs>>,
    limits: Limits,
    line: String,
    started: Instant,
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
        let defaults = [Stdio::Piped, Stdio::Piped, Stdio::Piped];
        self.spawn_with(defaults).await
    }

    pub(crate) async fn spawn_with(self, defaults: [Stdio; 3]) -> Result<Child, Error> {
        let (mut child, run) = self.start(defaults).await?;
        child.supervisor = Some(tokio::spawn(run));
        Ok(child)
    }

    /// Runs the command and captures what it writes. A task of its own would cost each run a wake-up more.
    pub(super) async fn output(self) -> Result<Output, Error> {
        let defaults = [Stdio::Null, Stdio::Piped, Stdio::Piped];
        let (mut child, run) = self.start(defaults).await?;
        let _ = child.give_outputs();
        child.ended = run.await.map_err(Error::io("follow the child"))?;
        child.into_result().await
    }

    /// Starts the command and returns with it what follows the child to its end.
    async fn start(
        mut self,
        mut defaults: [Stdio; 3],
    ) -> Result<(Child, impl Future<Output = io::Result<Ended>>), Error> {
        let started = Instant::now();
        if self.input.is_some() {
            defaults[0] = Stdio::Piped;
        }
        let (group, mut pipes) = spawn(&mut self, defaults).await?;
        let input = pipes.stdin.take_if(|_| self.input.is_some());
        let (group, (outputs, receiver)) = (Arc::new(group), oneshot::channel());
        let child = Child {
            stdin: pipes.stdin,
            stdout: pipes.stdout,
            stderr: pipes.stderr,
            sockets: pipes.sockets,
            group: Arc::clone(&group),
            supervisor: None,
            ended: Ended::default(),
            outputs: Some(outputs),
            limits: self.limits,
            line: self.line().to_string_lossy().into_owned(),
            started,
        };
        Ok((child, supervise(group, self, input, receiver)))
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
            .map_err(|errno| Error::io("wait for the child")(errno.into()))
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
        self.reap().await
    }

    /// Reads what is left of stdout and stderr, each up to `max_buffer`, and waits: what awaiting the command gives.
    ///
    /// If the child has ended before, its time limit is over as well: what it has started may hold the pipes open for
    /// as long as [`pipe_timeout`](Command::pipe_timeout) allows.
    ///
    /// # Errors
    ///
    /// As awaiting the command.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills the group.
    pub async fn wait_with_output(mut self) -> Result<Output, Error> {
        let given = self.give_outputs();
        self.supervised().await?;
        if let Err(outputs) = given {
            // The child had ended before.
            let (kept, too_much) = (&mut self.ended.kept, SetOnce::new());
            let read = capture(&self.group, self.limits, outputs, kept, &too_much).await;
            read.map_err(Error::io("read what the child writes"))?;
            if let Some(stream) = too_much.get() {
                self.ended.reason = Reason::TooMuch(stream);
            }
        }
        self.into_result().await
    }

    /// Closes stdin and has the supervisor read stdout and stderr; returns them if the child has ended before.
    fn give_outputs(&mut self) -> Result<(), Outputs> {
        // Without input, its stdin is at its end.
        self.stdin = None;
        let outputs = [self.stdout.take(), self.stderr.take()];
        match self.outputs.take() {
            Some(sender) => sender.send(outputs),
            None => Err(outputs),
        }
    }

    /// Reaps the child and returns what it has left.
    async fn into_result(mut self) -> Result<Output, Error> {
        let (command, pid) = (self.line.as_str().into(), self.pid());
        let [stdout, stderr] = std::mem::take(&mut self.ended.kept);
        if let Reason::NotKilled(errno) = self.ended.reason {
            return Err(Error::NotKilled {
                command,
                pid,
                errno,
                stdout,
                stderr,
            });
        }
        let exit = self.reap().await?;
        let output = Output {
            pid,
            exit,
            stdout,
            stderr,
            elapsed: self.started.elapsed(),
        };
        let after = self.limits.timeout;
        Err(match self.ended.reason {
            Reason::TimedOut => Error::TimedOut {
                command,
                after,
                output,
            },
            Reason::Cancelled => Error::Aborted { command, output },
            Reason::TooMuch(stream) => Error::MaxBuffer {
                command,
                stream,
                output,
            },
            _ if exit.is_success() || !self.limits.checked => return Ok(output),
            _ => Error::Failed { command, output },
        })
    }

    /// Waits until the supervisor has returned.
    async fn supervised(&mut self) -> Result<(), Error> {
        if let Some(task) = &mut self.supervisor {
            let ended = task.await;
            self.supervisor = None;
            let ended = ended.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(error.into()),
            });
            self.ended = ended.map_err(Error::io("follow the child"))?;
        }
        Ok(())
    }

    /// Waits until the child has ended and reaps it.
    async fn reap(&self) -> Result<Exit, Error> {
        loop {
            let exited = self.group.exited().await;
            exited.map_err(Error::io("wait for the child"))?;
            if let Some(exit) = self.try_wait()? {
                return Ok(exit);
            }
            // macOS tells the end a moment before the child can be reaped.
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.group.is_detached() {
            if let Some(supervisor) = &self.supervisor {
                supervisor.abort();
            }
            self.group.abandon();
        }
    }
}
