//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::RawFd;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::command::Command;
use super::process_group::ProcessGroup;
use super::spawn::spawn;
use super::stdio::Stdio;
use super::supervisor::{Limits, Reading, Reason, supervise};
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
    /// None when it has returned why the run was over.
    supervisor: Option<JoinHandle<io::Result<Reason>>>,
    reason: Reason,
    reading: watch::Sender<Reading>,
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
        self.spawn_with([Stdio::Piped, Stdio::Piped, Stdio::Piped])
            .await
    }

    pub(crate) async fn spawn_with(mut self, mut defaults: [Stdio; 3]) -> Result<Child, Error> {
        let started = Instant::now();
        if self.input.is_some() {
            defaults[0] = Stdio::Piped;
        }
        let (group, mut pipes) = spawn(&mut self, defaults).await?;
        let input = pipes.stdin.take_if(|_| self.input.is_some());
        let (group, reading) = (Arc::new(group), watch::Sender::default());
        let (limits, line) = (self.limits, self.line().to_string_lossy().into_owned());
        let work = supervise(Arc::clone(&group), self, input, reading.subscribe());
        Ok(Child {
            stdin: pipes.stdin,
            stdout: pipes.stdout,
            stderr: pipes.stderr,
            sockets: pipes.sockets,
            group,
            supervisor: Some(tokio::spawn(work)),
            reason: Reason::Ended,
            reading,
            limits,
            line,
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
        over(&mut self.supervisor, &mut self.reason).await?;
        loop {
            let exited = self.group.exited().await;
            exited.map_err(Error::io("wait for the child"))?;
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
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        self.read_to_end(&mut stdout, &mut stderr).await?;
        if let Some(stream) = self.reading.borrow().too_much {
            self.reason = Reason::TooMuch(stream);
        }
        self.result(stdout, stderr)
    }

    async fn read_to_end(
        &mut self,
        stdout: &mut Vec<u8>,
        stderr: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // Without input, its stdin is at its end.
        self.stdin = None;
        self.reading.send_modify(|reading| reading.is_open = true);
        let (out, err) = (self.stdout.take(), self.stderr.take());
        let (group, limits, told) = (Arc::clone(&self.group), self.limits, &self.reading);
        let mut reading = pin!(async {
            // One after the other would wait for ever when the second pipe is full.
            let ends = async {
                tokio::try_join!(
                    capture(out, "stdout", limits.max_buffer, stdout, told),
                    capture(err, "stderr", limits.max_buffer, stderr, told),
                )
            };
            let too_late = async {
                group.exited().await?;
                sleep(limits.pipe_timeout).await;
                Ok(((), ()))
            };
            let read = tokio::select! { read = ends => read, late = too_late => late };
            told.send_modify(|reading| reading.is_open = false);
            read.map_err(Error::io("read what the child writes"))
        });
        let mut is_read = false;
        loop {
            tokio::select! {
                biased;
                read = &mut reading, if !is_read => {
                    read?;
                    is_read = true;
                }
                ended = over(&mut self.supervisor, &mut self.reason) => {
                    ended?;
                    break;
                }
            }
        }
        if !is_read && matches!(self.reason, Reason::Ended) {
            // The child had ended before the supervisor knew of the reading.
            reading.await?;
        }
        Ok(())
    }

    /// Reaps the child and says what became of it.
    fn result(&self, stdout: Vec<u8>, stderr: Vec<u8>) -> Result<Output, Error> {
        let (command, pid) = (self.line.as_str().into(), self.pid());
        let exit = match self.reason {
            Reason::NotKilled(errno) => Err(errno),
            _ => self
                .group
                .try_reap()
                .and_then(|exit| exit.ok_or(Errno::EBUSY)),
        };
        let exit = match exit {
            Ok(exit) => exit,
            Err(errno) => {
                return Err(Error::NotKilled {
                    command,
                    pid,
                    errno,
                    stdout,
                    stderr,
                });
            }
        };
        let output = Output {
            pid,
            exit,
            stdout,
            stderr,
            elapsed: self.started.elapsed(),
        };
        let after = self.limits.timeout;
        Err(match self.reason {
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
}

/// Waits until the supervisor has said why the run is over.
async fn over(
    supervisor: &mut Option<JoinHandle<io::Result<Reason>>>,
    reason: &mut Reason,
) -> Result<(), Error> {
    if let Some(task) = supervisor {
        let ended = task.await;
        *supervisor = None;
        let ended = ended.unwrap_or_else(|error| match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(error.into()),
        });
        *reason = ended.map_err(Error::io("follow the child"))?;
    }
    Ok(())
}

/// Reads a stream to its end and keeps up to `most` bytes of it. If there is more, the supervisor is told.
async fn capture(
    pipe: Option<pipe::Receiver>,
    stream: &'static str,
    most: usize,
    kept: &mut Vec<u8>,
    reading: &watch::Sender<Reading>,
) -> io::Result<()> {
    if let Some(mut pipe) = pipe {
        // One byte more than is kept shows that there is more.
        let enough = (most as u64).saturating_add(1);
        (&mut pipe).take(enough).read_to_end(kept).await?;
        if kept.len() > most {
            kept.truncate(most);
            reading.send_modify(|reading| reading.too_much = reading.too_much.or(Some(stream)));
            // The child ends by the signal, not because nothing reads its output.
            tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
        }
    }
    Ok(())
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
