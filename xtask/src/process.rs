//! One run of one program: its output, how it ended, and what it left behind.
//!
//! Nothing here can be blocked by a program that misbehaves. Both pipes and stdin are served by one `poll` loop with
//! a deadline, so a grandchild that keeps a pipe open holds nobody up; the run has a process group of its own, which is
//! ended with TERM and then KILL; whoever left the group is found by the cookie it inherited (see [`crate::procfs`]).

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::interrupt;
use crate::procfs::{COOKIE, LEADERS, Process, survivors};

/// How long the rest of a run may outlive its leader before that is a leak.
const FAREWELL: Duration = Duration::from_millis(200);
/// How long a group has between TERM and KILL.
const PATIENCE: Duration = Duration::from_millis(500);
/// What one stream may hold; a program that prints for ever must not fill our memory.
const OUTPUT_LIMIT: usize = 32 << 20;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Exited(i32),
    Signalled(i32),
    TimedOut,
    TooMuchOutput,
    Interrupted,
}

/// What a run printed, how it ended, and the processes that outlived it (all of them are dead by now).
#[derive(Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub leaked: Vec<String>,
    pub elapsed: Duration,
}

/// Runs `command` in a process group of its own and returns once nothing of it is alive.
///
/// stdin is `/dev/null` unless there is something to say; stderr is captured unless the command has set it.
pub fn run(command: &mut Command, stdin: Option<&[u8]>, limit: Duration) -> Result<Outcome> {
    command.stderr(Stdio::piped());
    start(command, stdin)?.attend(limit)
}

/// Like [`run`], with stderr going to ours: for cargo, which talks to people there and sets its own pace.
pub fn run_aloud(command: &mut Command) -> Result<Outcome> {
    command.stderr(Stdio::inherit());
    start(command, None)?.attend(Duration::from_secs(24 * 60 * 60))
}

fn start<'a>(command: &mut Command, stdin: Option<&'a [u8]>) -> Result<Run<'a>> {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let cookie = format!(
        "{}-{}",
        std::process::id(),
        RUNS.fetch_add(1, Ordering::Relaxed)
    );
    command
        .env(COOKIE, &cookie)
        .process_group(0)
        .stdout(Stdio::piped());
    command.stdin(if stdin.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });

    let mut leaders = LEADERS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut child = command
        .spawn()
        .with_context(|| format!("{} cannot be run", command.get_program().display()))?;
    let group = i32::try_from(child.id()).expect("a process id is a positive i32");
    leaders.insert(group);
    drop(leaders);

    let feed = child
        .stdin
        .take()
        .map(|pipe| (pipe, stdin.unwrap_or_default()));
    let mut run = Run {
        child,
        group,
        cookie,
        feed,
        stdout: None,
        stderr: None,
        status: None,
        over: false,
    };
    run.stdout = run.child.stdout.take().map(Tap::new).transpose()?;
    run.stderr = run.child.stderr.take().map(Tap::new).transpose()?;
    if let Some((pipe, _)) = &run.feed {
        nonblocking(pipe.as_fd())?;
    }
    Ok(run)
}

/// A live run. Dropping it ends and reaps all of it, whatever went wrong on the way.
struct Run<'a> {
    child: Child,
    group: i32,
    cookie: String,
    feed: Option<(ChildStdin, &'a [u8])>,
    stdout: Option<Tap<std::process::ChildStdout>>,
    stderr: Option<Tap<std::process::ChildStderr>>,
    status: Option<ExitStatus>,
    over: bool,
}

impl Run<'_> {
    fn attend(mut self, limit: Duration) -> Result<Outcome> {
        let begun = Instant::now();
        let end = self.serve(begun + limit)?;
        let elapsed = begun.elapsed();
        let leaked = match end {
            End::Exited(_) | End::Signalled(_) => self.farewell()?,
            _ => Vec::new(),
        };
        self.end_all();
        let [stdout, stderr] = [
            self.stdout.take().map(|tap| tap.seen),
            self.stderr.take().map(|tap| tap.seen),
        ];
        Ok(Outcome {
            end,
            stdout: stdout.unwrap_or_default(),
            stderr: stderr.unwrap_or_default(),
            leaked,
            elapsed,
        })
    }

    /// Feeds and reads the program until its leader is gone, or until it must go.
    fn serve(&mut self, deadline: Instant) -> Result<End> {
        loop {
            if interrupt::requested() {
                return Ok(End::Interrupted);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(End::TimedOut);
            }
            // With both pipes closed nothing wakes us, but the end is near: look often.
            let pause = Duration::from_millis(if self.is_read_out() { 1 } else { 20 });
            if !self.pump(pause.min(left))? {
                return Ok(End::TooMuchOutput);
            }
            if let Some(status) = self.reap()? {
                let by_signal = || End::Signalled(status.signal().unwrap_or_default());
                return Ok(status.code().map_or_else(by_signal, End::Exited));
            }
        }
    }

    /// Waits a moment for the pipes to end and for the group to empty; returns who is still there after that.
    fn farewell(&mut self) -> Result<Vec<String>> {
        let until = Instant::now() + FAREWELL;
        self.feed = None;
        loop {
            let rest = survivors(self.group, &self.cookie);
            if rest.found.is_empty() && !rest.unsure && self.is_read_out() {
                self.over = true;
                return Ok(Vec::new());
            }
            if Instant::now() >= until || interrupt::requested() {
                let mut leaked: Vec<_> = rest.found.iter().map(Process::describe).collect();
                if leaked.is_empty() && !self.is_read_out() {
                    leaked.push("somebody who holds its output open".to_owned());
                }
                return Ok(leaked);
            }
            self.pump(Duration::from_millis(5))?;
        }
    }

    fn is_read_out(&self) -> bool {
        self.stdout.as_ref().is_none_or(|tap| tap.ended)
            && self.stderr.as_ref().is_none_or(|tap| tap.ended)
    }

    /// Moves what can be moved within `pause`; false once a stream has held too much.
    fn pump(&mut self, pause: Duration) -> Result<bool> {
        let mut waiting = Vec::with_capacity(3);
        let taps = [
            self.stdout.as_ref().and_then(Tap::fd),
            self.stderr.as_ref().and_then(Tap::fd),
        ];
        waiting.extend(
            taps.into_iter()
                .flatten()
                .map(|fd| PollFd::new(fd, PollFlags::POLLIN)),
        );
        waiting.extend(
            self.feed
                .as_ref()
                .map(|(pipe, _)| PollFd::new(pipe.as_fd(), PollFlags::POLLOUT)),
        );
        match poll(
            &mut waiting,
            PollTimeout::try_from(pause).unwrap_or(PollTimeout::MAX),
        ) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => {}
            Err(error) => return Err(error).context("poll"),
        }
        // None of the descriptors blocks, so it does no harm to try those that are not ready.
        let mut within_limit = true;
        if let Some(tap) = &mut self.stdout {
            within_limit &= tap.drain()?;
        }
        if let Some(tap) = &mut self.stderr {
            within_limit &= tap.drain()?;
        }
        if let Some((pipe, rest)) = &mut self.feed {
            match pipe.write(rest) {
                Ok(written) => *rest = &rest[written..],
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                // EPIPE: it has read what it wanted, which is its right.
                Err(_) => *rest = &[],
            }
        }
        if self.feed.as_ref().is_some_and(|(_, rest)| rest.is_empty()) {
            self.feed = None;
        }
        Ok(within_limit)
    }

    fn reap(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait().context("wait")?;
        }
        Ok(self.status)
    }

    /// Ends the group and everybody who left it: TERM, a moment to tidy up, KILL until nobody is left.
    fn end_all(&mut self) {
        let begun = Instant::now();
        let mut asked = false;
        while !self.over {
            let _ = self.reap();
            let rest = survivors(self.group, &self.cookie).found;
            self.over = rest.is_empty();
            let signal = if begun.elapsed() < PATIENCE {
                Signal::SIGTERM
            } else {
                Signal::SIGKILL
            };
            if !self.over && (!asked || signal == Signal::SIGKILL) {
                asked = true;
                // The group as a whole first, so that its members cannot outrun us with `fork`.
                let _ = killpg(Pid::from_raw(self.group), signal);
                for process in &rest {
                    let _ = kill(Pid::from_raw(process.pid), signal);
                }
            }
            sleep(Duration::from_millis(if self.over { 0 } else { 5 }));
        }
        while matches!(self.reap(), Ok(None)) {
            sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.end_all();
        LEADERS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.group);
    }
}

/// The reading end of a pipe, and what came out of it.
struct Tap<R> {
    pipe: R,
    seen: Vec<u8>,
    ended: bool,
}

impl<R: Read + AsFd> Tap<R> {
    fn new(pipe: R) -> Result<Self> {
        nonblocking(pipe.as_fd())?;
        Ok(Self {
            pipe,
            seen: Vec::new(),
            ended: false,
        })
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        (!self.ended).then(|| self.pipe.as_fd())
    }

    /// Takes what is there; false when that makes it too much.
    fn drain(&mut self) -> Result<bool> {
        let mut chunk = [0; 64 << 10];
        while !self.ended && self.seen.len() <= OUTPUT_LIMIT {
            match self.pipe.read(&mut chunk) {
                Ok(0) => self.ended = true,
                Ok(count) => self.seen.extend_from_slice(&chunk[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("reading the output"),
            }
        }
        Ok(self.seen.len() <= OUTPUT_LIMIT)
    }
}

fn nonblocking(fd: BorrowedFd<'_>) -> Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
    fcntl(fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(())
}
