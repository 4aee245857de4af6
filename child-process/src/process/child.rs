//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
use std::io;
use std::mem;
use std::os::fd::RawFd;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::{SetOnce, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::command::Command;
use super::process_group::ProcessGroup;
use super::reaper::reap_later;
use super::spawn::spawn;
use super::stdio::Stdio;
use super::supervisor::{Limits, POST_KILL_DRAIN, Reason, supervise};
use crate::{Error, Exit, Output};

/// What an error that is not the child's doing is told of.
const FOLLOW: &str = "follow the child";

/// The pipe to a child's stdin. Dropping it is the end of what the child reads.
pub type ChildStdin = pipe::Sender;
/// The pipe from a child's stdout.
pub type ChildStdout = pipe::Receiver;
/// The pipe from a child's stderr.
pub type ChildStderr = pipe::Receiver;

/// Follows a child to its end.
type Supervisor = Pin<Box<dyn Future<Output = io::Result<Reason>> + Send>>;

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
    pub(super) group: Arc<ProcessGroup>,
    /// The task that follows the child, until it has returned.
    supervisor: JoinSet<io::Result<Reason>>,
    /// What it returned.
    reason: Reason,
    /// Tells it whether the output is read: then the run is not over before its pipes are.
    pub(super) reading: watch::Sender<bool>,
    /// The stream that had more than was to be kept. Apart from `reading`, whose changes would wake what waits for it.
    pub(super) too_much: Arc<SetOnce<&'static str>>,
    pub(super) limits: Limits,
    command: Box<str>,
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
        child.supervisor.spawn(run);
        Ok(child)
    }

    /// Runs the command and captures what it writes. A task of its own would cost each run a wake-up more.
    pub(super) async fn output(self) -> Result<Output, Error> {
        let defaults = [Stdio::Null, Stdio::Piped, Stdio::Piped];
        let (child, run) = self.start(defaults).await?;
        child.finish(run).await
    }

    /// Starts the command and returns with it what follows the child to its end.
    async fn start(mut self, mut defaults: [Stdio; 3]) -> Result<(Child, Supervisor), Error> {
        let started = Instant::now();
        if self.input.is_some() {
            defaults[0] = Stdio::Piped;
        }
        let (pid, mut pipes) = spawn(&mut self, defaults).await?;
        let input = pipes.stdin.take_if(|_| self.input.is_some());
        let group = Arc::new(ProcessGroup::new(pid, self.start.group));
        let (reading, receiver) = watch::channel(false);
        let too_much = Arc::new(SetOnce::new());
        let child = Child {
            stdin: pipes.stdin,
            stdout: pipes.stdout,
            stderr: pipes.stderr,
            sockets: pipes.sockets,
            group: Arc::clone(&group),
            supervisor: JoinSet::new(),
            reason: Reason::Ended,
            reading,
            too_much: Arc::clone(&too_much),
            limits: self.limits,
            command: self.line().to_string_lossy().into(),
            started,
        };
        Ok((
            child,
            Box::pin(supervise(group, self, input, receiver, too_much)),
        ))
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
        self.group.killed.load(Ordering::Relaxed)
    }

    /// Returns how it ended; none while it runs.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    pub fn try_wait(&self) -> Result<Option<Exit>, Error> {
        if self.group.is_ending.load(Ordering::Relaxed) {
            return Ok(None);
        }
        self.group
            .reap()
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
        let supervised = supervised(&mut self.supervisor, self.reason).await;
        self.reason = supervised.map_err(Error::io(FOLLOW))?;
        self.exit().await
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
        let (mut tasks, before) = (mem::take(&mut self.supervisor), self.reason);
        let supervisor = async move { supervised(&mut tasks, before).await };
        self.finish(Box::pin(supervisor)).await
    }

    /// Reads the output while the child is followed, and returns what it has left.
    async fn finish(mut self, supervisor: Supervisor) -> Result<Output, Error> {
        // Without input, its stdin is at its end.
        self.stdin = None;
        let mut kept = <[Vec<u8>; 2]>::default();
        let reason = self.read_to_end(supervisor, &mut kept).await?;
        let (command, pid) = (mem::take(&mut self.command), self.pid());
        let [stdout, stderr] = kept;
        if let Reason::NotKilled(errno) = reason {
            return Err(Error::NotKilled {
                command,
                pid,
                errno,
                stdout,
                stderr,
            });
        }
        let exit = self.exit().await?;
        let output = Output {
            command,
            pid,
            exit,
            stdout,
            stderr,
            killed: self.killed(),
            elapsed: self.started.elapsed(),
        };
        let after = self.limits.timeout;
        Err(match (reason, self.too_much.get()) {
            (Reason::TimedOut, _) => Error::TimedOut { after, output },
            (Reason::Cancelled, _) => Error::Aborted(output),
            (_, Some(stream)) => Error::MaxBuffer { stream, output },
            _ if exit.is_success() || !self.limits.checked => return Ok(output),
            _ => Error::Failed(output),
        })
    }

    /// Reads the output until the child has ended, or was ended, and returns why.
    async fn read_to_end(
        &mut self,
        mut supervisor: Supervisor,
        kept: &mut [Vec<u8>; 2],
    ) -> Result<Reason, Error> {
        let outputs = [self.stdout.take(), self.stderr.take()];
        self.reading.send_replace(true);
        let mut captured = pin!(self.capture(outputs, kept));
        let (reason, captured) = tokio::select! {
            // A child that never stops writing must not outrun the clock.
            biased;
            reason = &mut supervisor => {
                let patience = match reason {
                    // The supervisor had returned before the output was read.
                    Ok(Reason::Ended) => Duration::MAX,
                    Ok(Reason::NotKilled(_)) | Err(_) => Duration::ZERO,
                    Ok(_) => POST_KILL_DRAIN,
                };
                (reason, timeout(patience, captured).await.unwrap_or(Ok(())))
            }
            captured = &mut captured => (supervisor.await, captured),
        };
        captured.map_err(Error::io("read what the child writes"))?;
        reason.map_err(Error::io(FOLLOW))
    }

    /// Waits until the child has ended and reaps it.
    async fn exit(&self) -> Result<Exit, Error> {
        loop {
            if let Some(exit) = self.try_wait()? {
                return Ok(exit);
            }
            let exited = self.group.exited().await;
            exited.map_err(Error::io("wait for the child"))?;
            // macOS tells the end a moment before the child can be reaped.
            tokio::task::yield_now().await;
        }
    }
}

/// Waits until the supervisor has returned; if it had before, it was with `reason`.
async fn supervised(tasks: &mut JoinSet<io::Result<Reason>>, reason: Reason) -> io::Result<Reason> {
    match tasks.join_next().await {
        Some(joined) => joined?,
        None => Ok(reason),
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if self.group.is_detached() {
            self.supervisor.detach_all();
        } else {
            let _ = self.group.signal(Signal::SIGKILL);
        }
        reap_later(&self.group);
    }
}
