//! A run from its start to its end: exit, both pipes, stdin, time limit and cancellation in one `select!`.
//!
//! Whoever waits for the exit first and reads afterwards hangs at 64 KiB; whoever reads first and waits afterwards
//! hangs on a grandchild that holds the pipe. Node's `exec` signals the child alone, once; here all of its group is
//! ended, with SIGKILL if it must be.

use std::future::pending;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

use futures::StreamExt;
use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::time::sleep_until;

use super::capture::{Capture, Read};
use super::options::Limits;
use super::process_group::ProcessGroup;
use super::spawn::{Defaults, Spawned, spawn};
use crate::{Command, Error, Exit, Output};

/// What was written just before SIGKILL may still lie in a pipe that a stranger holds open.
const POST_KILL_DRAIN: Duration = Duration::from_millis(100);

/// Runs `command` and waits for it.
pub async fn run(mut command: Command) -> Result<Output, Error> {
    let began = Instant::now();
    let input = command.input.take();
    let pipe_or_null = if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    };
    let defaults = Defaults {
        stdin: pipe_or_null,
        stdout: Stdio::piped(),
        stderr: Stdio::piped(),
    };
    let started = spawn(&mut command, defaults).await?;
    let line = command.line().to_string_lossy().into_owned();
    let mut limits = command.limits;

    let failed = |source| Error::Io {
        attempt: "follow the child",
        source,
    };
    let mut run = Execution::new(started, input, limits.max_buffer).map_err(failed)?;
    let deadline = limits.timeout.map(|timeout| began + timeout);
    let reason = run.wait(&mut limits, deadline).await.map_err(failed)?;
    if reason != Reason::Ended {
        run.terminate(limits.kill_signal, limits.grace)
            .await
            .map_err(failed)?;
    }
    let exit = run.group.reap().map_err(failed)?;
    let output = Output {
        exit,
        stdout: run.stdout.into_bytes(),
        stderr: run.stderr.into_bytes(),
        elapsed: began.elapsed(),
    };
    into_result(line, output, reason, &limits)
}

fn into_result(
    command: String,
    output: Output,
    reason: Reason,
    limits: &Limits,
) -> Result<Output, Error> {
    Err(match reason {
        Reason::Ended if output.exit == Exit::Code(0) || !limits.checked => return Ok(output),
        Reason::Ended => Error::Failed { command, output },
        Reason::TimedOut => Error::TimedOut {
            command,
            after: limits.timeout.unwrap_or_default(),
            output,
        },
        Reason::Cancelled => Error::Aborted { command, output },
        Reason::TooMuch(stream) => Error::MaxBuffer {
            command,
            stream,
            limit: limits.max_buffer,
            output,
        },
    })
}

/// Why a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// The child has ended and so have its pipes.
    Ended,
    TimedOut,
    Cancelled,
    TooMuch(&'static str),
}

/// A child being followed. Dropped, it kills the group.
struct Execution {
    group: ProcessGroup,
    stdin: Option<pipe::Sender>,
    /// What stdin has not taken yet.
    input: Vec<u8>,
    written: usize,
    stdout: Capture,
    stderr: Capture,
    exited_at: Option<Instant>,
}

impl Execution {
    fn new(started: Spawned, input: Option<Vec<u8>>, limit: usize) -> io::Result<Self> {
        let stdin = started
            .stdin
            .map(|pipe| pipe::Sender::from_owned_fd(pipe.into()));
        Ok(Self {
            group: started.group,
            stdin: stdin.transpose()?,
            input: input.unwrap_or_default(),
            written: 0,
            stdout: Capture::new(started.stdout, limit)?,
            stderr: Capture::new(started.stderr, limit)?,
            exited_at: None,
        })
    }

    /// Follows the child until it has ended and its pipes are closed, or there is a reason to end it.
    async fn wait(&mut self, limits: &mut Limits, deadline: Option<Instant>) -> io::Result<Reason> {
        let Limits {
            pipe_timeout,
            cancelled,
            forwarded,
            ..
        } = limits;
        let cancelled = async {
            match cancelled {
                Some(cancelled) => cancelled.await,
                None => pending().await,
            }
        };
        tokio::pin!(cancelled);
        loop {
            if self.is_over() {
                return Ok(Reason::Ended);
            }
            tokio::select! {
                // Somebody who never stops writing must not outrun the clock.
                biased;
                () = at(deadline) => return Ok(Reason::TimedOut),
                () = &mut cancelled => return Ok(Reason::Cancelled),
                () = at(self.exited_at.zip(*pipe_timeout).map(|(ended, pipe_timeout)| ended + pipe_timeout)) => return Ok(Reason::Ended),
                Some(signal) = forwarded.next() => {
                    self.group.signal(signal);
                }
                event = self.poll_once() => if let Some(stream) = event? {
                    return Ok(Reason::TooMuch(stream));
                },
            }
        }
    }

    /// Ends everything in the group: the signal, time for last words, then SIGKILL for whoever is left.
    async fn terminate(&mut self, kill_signal: Signal, grace: Duration) -> io::Result<()> {
        self.group.signal(kill_signal);
        let _ = tokio::time::timeout(grace, self.drain_until_closed()).await;
        // Also when the child itself has ended: what it has started may have not.
        self.group.signal(Signal::SIGKILL);
        self.group.exited().await?;
        self.exited_at.get_or_insert_with(Instant::now);
        let _ = tokio::time::timeout(POST_KILL_DRAIN, self.drain_until_closed()).await;
        Ok(())
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

    /// Waits for one thing to happen; names the stream that has given more than is kept.
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
        } = self;
        tokio::select! {
            ended = group.exited(), if exited_at.is_none() => {
                ended?;
                *exited_at = Some(Instant::now());
                // Nobody reads it any more who was asked to.
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
}

/// Waits until then, or for ever.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time.into()).await,
        None => pending().await,
    }
}

/// Writes some of `input`; 0 when there is nothing left to write, or nobody to read it, which is no error.
async fn write_input(stdin: &mut Option<pipe::Sender>, input: &[u8]) -> usize {
    match stdin {
        Some(stdin) if !input.is_empty() => stdin.write(input).await.unwrap_or(0),
        _ => 0,
    }
}
