//! A run from its start to its end: exit, both pipes, stdin, time limit and cancellation in one `select!`.
//!
//! A program that waits for the exit first and reads afterwards hangs at 64 KiB; one that reads first hangs on a
//! grandchild that holds the pipe. Node's `exec` signals the child alone, once; here all of its group is
//! ended, with SIGKILL if it must be.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;

use super::capture::{Capture, Read};
use super::command::Command;
use super::options::{Events, Limits, at, deadline, next_signal};
use super::process_group::ProcessGroup;
use super::spawn::Pipes;
use super::stdio::Stdio;
use crate::{Error, Output};

/// What was written just before SIGKILL may still lie in a pipe that a stranger holds open.
const POST_KILL_DRAIN: Duration = Duration::from_millis(100);
/// A killed process ends at once, unless the system holds it, as it does in the middle of some input and output.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// The signals that ask a program to end.
const END_SIGNALS: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
];
/// From one look at what is left to the next.
const SWEEP_PAUSE: Duration = Duration::from_millis(10);

/// Runs `command` and waits for it.
pub async fn run(command: Command) -> Result<Output, Error> {
    command
        .start([Stdio::Null, Stdio::Piped, Stdio::Piped])
        .await?
        .wait_with_output()
        .await
}

/// Why a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The child has ended and so have its pipes.
    Ended,
    TimedOut,
    Cancelled,
    TooMuch(&'static str),
    /// It was to be ended, and the system did not kill it.
    NotKilled(Errno),
}

/// A child being followed. Dropped, it kills the group.
pub struct Execution {
    group: Arc<ProcessGroup>,
    stdin: Option<pipe::Sender>,
    input: Vec<u8>,
    /// How much of the input stdin has taken.
    written: usize,
    stdout: Capture,
    stderr: Capture,
    exited_at: Option<Instant>,
    /// A signal that asks to end was passed on.
    told_to_end: bool,
    limits: Limits,
}

impl Execution {
    /// Follows the child of `group`; what is in `input` goes to its stdin.
    pub fn new(group: Arc<ProcessGroup>, pipes: Pipes, input: Vec<u8>, limits: Limits) -> Self {
        Self {
            group,
            stdin: pipes.stdin,
            input,
            written: 0,
            stdout: Capture::new(pipes.stdout, limits.max_buffer),
            stderr: Capture::new(pipes.stderr, limits.max_buffer),
            exited_at: None,
            told_to_end: false,
            limits,
        }
    }

    /// Follows the child to its end, which a limit or an event may bring about.
    pub async fn run(&mut self, events: Events) -> Result<Reason, Error> {
        let followed = async {
            match self.wait(events).await? {
                Reason::Ended => {
                    self.sweep().await;
                    Ok(Reason::Ended)
                }
                reason => Ok(self.terminate().await?.map_or(reason, Reason::NotKilled)),
            }
        };
        followed.await.map_err(Error::io("follow the child"))
    }

    /// Waits until the child has ended and its pipes are closed, or there is a reason to end it.
    async fn wait(&mut self, mut events: Events) -> io::Result<Reason> {
        while !self.is_over() {
            let pipe_timeout = self.limits.pipe_timeout;
            let pipes_end = self
                .exited_at
                .and_then(|exited| deadline(exited, pipe_timeout));
            tokio::select! {
                // A child that never stops writing must not outrun the clock.
                biased;
                () = at(events.deadline) => return Ok(Reason::TimedOut),
                () = &mut events.cancelled => return Ok(Reason::Cancelled),
                () = at(pipes_end) => return Ok(Reason::Ended),
                signal = next_signal(&mut events.forwarded) => {
                    self.told_to_end |= END_SIGNALS.contains(&signal);
                    let _ = self.group.signal(signal);
                }
                event = self.poll_once() => if let Some(stream) = event? {
                    return Ok(Reason::TooMuch(stream));
                },
            }
        }
        Ok(Reason::Ended)
    }

    /// Ends everything in the group: the signal, time for last words, then SIGKILL for what is left.
    /// Returns why the child itself could not be killed, if so.
    async fn terminate(&mut self) -> io::Result<Option<Errno>> {
        let _ = self.group.signal(self.limits.kill_signal);
        // One that is stopped has to go on to hear of it.
        let _ = self.group.signal(Signal::SIGCONT);
        let _ = tokio::time::timeout(self.limits.grace, self.drain_until_closed()).await;
        // Also when the child itself has ended: what it has started may have not.
        let refusal = self.group.signal(Signal::SIGKILL).err();
        let patience = refusal.map_or(KILL_TIMEOUT, |_| POST_KILL_DRAIN);
        let ended = tokio::time::timeout(patience, self.group.exited()).await;
        if ended.is_err() {
            return Ok(Some(refusal.unwrap_or(Errno::EBUSY)));
        }
        self.exited_at.get_or_insert_with(Instant::now);
        self.drain_after_kill().await;
        Ok(None)
    }

    /// Ends what has outlived a child that was told to end, if this process is the one that orphans come to.
    async fn sweep(&mut self) {
        let end = deadline(Instant::now(), Some(self.limits.grace));
        while self.told_to_end && self.group.has_orphans() {
            if end.is_some_and(|end| end <= Instant::now()) {
                let _ = self.group.signal(Signal::SIGKILL);
                break;
            }
            tokio::time::sleep(SWEEP_PAUSE).await;
        }
    }

    async fn drain_until_closed(&mut self) -> io::Result<()> {
        while !self.is_over() {
            self.poll_once().await?;
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        self.exited_at.is_some() && !self.stdout.is_open() && !self.stderr.is_open()
    }

    /// Waits for one thing to happen; returns the stream that has given more than is kept.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    async fn poll_once(&mut self) -> io::Result<Option<&'static str>> {
        let Self {
            group,
            stdin,
            input,
            written,
            stdout,
            stderr,
            exited_at,
            ..
        } = self;
        tokio::select! {
            exited = group.exited(), if exited_at.is_none() => {
                exited?;
                *exited_at = Some(Instant::now());
                // The child has exited: stop writing stdin.
                *stdin = None;
            }
            read = stdout.read(), if stdout.is_open() => if read? == Read::TooMuch {
                return Ok(Some("stdout"));
            },
            read = stderr.read(), if stderr.is_open() => if read? == Read::TooMuch {
                return Ok(Some("stderr"));
            },
            wrote = write_input(stdin, &input[*written..]), if stdin.is_some() => {
                *written += wrote;
                if wrote == 0 {
                    *stdin = None;
                }
            }
        }
        Ok(None)
    }

    /// Drains the pipes for a moment: the child was ended by another task.
    pub async fn drain_after_kill(&mut self) {
        let _ = tokio::time::timeout(POST_KILL_DRAIN, self.drain_until_closed()).await;
    }

    /// Reaps the child and says what became of it.
    pub fn into_result(
        self,
        command: &str,
        reason: Reason,
        started: Instant,
    ) -> Result<Output, Error> {
        let (command, pid) = (command.into(), self.group.pid());
        let (stdout, stderr) = (self.stdout.into_bytes(), self.stderr.into_bytes());
        let exit = match reason {
            Reason::NotKilled(errno) => Err(errno),
            _ => self
                .group
                .try_reap()
                .map_err(Error::io("reap the child"))?
                .ok_or(Errno::EBUSY),
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
            elapsed: started.elapsed(),
        };
        let after = self.limits.timeout.unwrap_or_default();
        Err(match reason {
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

/// Writes some of `input`; 0 when there is nothing left to write, or no reader, which is not an error.
async fn write_input(stdin: &mut Option<pipe::Sender>, input: &[u8]) -> usize {
    match stdin {
        Some(stdin) if !input.is_empty() => stdin.write(input).await.unwrap_or(0),
        _ => 0,
    }
}
