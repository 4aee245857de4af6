//! One run of one program: its output, how it ended, and what it left behind.
//!
//! Nothing here can be blocked by a program that misbehaves. Both pipes and stdin are served by one `poll` loop with
//! a deadline, so a grandchild that keeps a pipe open holds nobody up; the run has a process group of its own, which is
//! ended with TERM and then KILL; whoever left the group is found by the cookie it inherited (see `leaks`).

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::run::interrupt;
use crate::run::leaks::{COOKIE, Process, leaders, survivors};
use crate::run::usage::{Usage, wait4};

/// How long the rest of a run may outlive its leader before that is a leak.
const LEAK_GRACE: Duration = Duration::from_millis(200);
/// How long its output may stay open when nobody of it is left. A process that another run is about to start has a copy until it
/// has become its program, which a busy machine may put off.
const CLOSING: Duration = Duration::from_secs(2);
/// How long a group has between TERM and KILL.
const PATIENCE: Duration = Duration::from_millis(500);
/// For what takes as long as it takes.
const NO_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// What one stream may hold; a program that prints for ever must not fill our memory.
const OUTPUT_LIMIT: usize = 32 << 20;

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Exited(i32),
    TimedOut,
    /// By a signal, by too much output, or because of an interrupt.
    Stopped(String),
}

impl End {
    /// The end of a process that nobody has stopped.
    pub fn of(status: ExitStatus) -> Self {
        let signal = status
            .signal()
            .and_then(|number| Signal::try_from(number).ok());
        let by = signal.map_or("an unknown signal", Signal::as_str);
        let stopped = || Self::Stopped(format!("ended by {by}"));
        status.code().map_or_else(stopped, Self::Exited)
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(status) => write!(f, "exited with {status}"),
            Self::TimedOut => f.write_str("took too long"),
            Self::Stopped(how) => f.write_str(how),
        }
    }
}

/// What a run printed, how it ended, and the processes that outlived it (all of them are dead by now).
#[derive(Debug)]
pub struct Outcome {
    pub end: End,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub leaked: Vec<String>,
    pub seconds: f64,
    pub usage: Usage,
}

impl Outcome {
    /// Whether it exited by itself, so that its output is whole.
    pub fn has_ended(&self) -> bool {
        matches!(self.end, End::Exited(_))
    }
}

/// Runs `command` in a process group of its own and returns once nothing of it is alive.
pub fn run(command: &mut Command, stdin: Option<&[u8]>, limit: Duration) -> Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Run::start(command, stdin)?.attend(limit)
}

/// Like [`run`], with stderr going to ours: for cargo, which talks to people there and takes its time.
pub fn run_aloud(command: &mut Command) -> Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::inherit());
    Run::start(command, None)?.attend(NO_LIMIT)
}

/// Like [`run`], with both going to ours.
pub fn run_through(command: &mut Command) -> Result<Outcome> {
    Run::start(command, None)?.attend(NO_LIMIT)
}

/// A live run. Dropping it ends and reaps all of it, whatever went wrong on the way.
pub struct Run<'a> {
    child: Child,
    began: Instant,
    group: i32,
    cookie: String,
    /// stdin, and what is still to be written to it.
    feed: Option<(File, &'a [u8])>,
    /// stdout, and stderr unless it is ours.
    taps: Vec<Tap>,
    status: Option<(ExitStatus, Usage)>,
    over: bool,
}

impl<'a> Run<'a> {
    /// Starts it; where its output goes is up to `command`.
    pub fn start(command: &mut Command, stdin: Option<&'a [u8]>) -> Result<Self> {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let cookie = format!("{}-{number}", std::process::id());
        command.env(COOKIE, &cookie).process_group(0);
        command.stdin(stdin.map_or_else(Stdio::null, |_| Stdio::piped()));

        let mut leaders = leaders();
        let began = Instant::now();
        let child = command.spawn();
        let child = child.with_context(|| command.get_program().display().to_string())?;
        let group = child
            .id()
            .try_into()
            .expect("a process id is a positive i32");
        leaders.insert(group);
        drop(leaders);

        let (feed, taps) = (None, Vec::new());
        let mut run = Self {
            child,
            began,
            group,
            cookie,
            feed,
            taps,
            status: None,
            over: false,
        };
        if let Some(pipe) = run.child.stdin.take() {
            run.feed = Some((nonblocking(pipe.into())?, stdin.unwrap_or_default()));
        }
        let pipes = [
            run.child.stdout.take().map(OwnedFd::from),
            run.child.stderr.take().map(OwnedFd::from),
        ];
        for pipe in pipes.into_iter().flatten() {
            run.taps.push(Tap {
                pipe: nonblocking(pipe)?,
                seen: Vec::new(),
                ended: false,
            });
        }
        Ok(run)
    }

    fn attend(mut self, limit: Duration) -> Result<Outcome> {
        let end = self.serve(self.began + limit)?;
        let seconds = self.began.elapsed().as_secs_f64();
        let leaked = if self.status.is_some() {
            self.farewell()?
        } else {
            Vec::new()
        };
        self.end_all();
        let mut seen = self
            .taps
            .iter_mut()
            .map(|tap| std::mem::take(&mut tap.seen));
        let [stdout, stderr] = [(); 2].map(|()| seen.next().unwrap_or_default());
        Ok(Outcome {
            end,
            stdout,
            stderr,
            leaked,
            seconds,
            usage: self.status.map(|(_, usage)| usage).unwrap_or_default(),
        })
    }

    /// Feeds and reads the program until its leader is gone, or until it must go.
    fn serve(&mut self, deadline: Instant) -> Result<End> {
        loop {
            if interrupt::requested() {
                return Ok(End::Stopped("interrupted".to_owned()));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(End::TimedOut);
            }
            // With both pipes closed nothing wakes us, but the end is near: look often.
            let pause = Duration::from_millis(if self.is_read_out() { 1 } else { 20 });
            self.pump(pause.min(left))?;
            if self.taps.iter().any(|tap| tap.seen.len() > OUTPUT_LIMIT) {
                return Ok(End::Stopped("too much output".to_owned()));
            }
            if let Some(status) = self.reap()? {
                return Ok(End::of(status));
            }
        }
    }

    /// Waits a moment for the pipes to end and for the group to empty; returns who is still there after that.
    fn farewell(&mut self) -> Result<Vec<String>> {
        let (until, closed_by) = (Instant::now() + LEAK_GRACE, Instant::now() + CLOSING);
        self.feed = None;
        loop {
            let rest = survivors(self.group, &self.cookie);
            self.over = rest.found.is_empty() && !rest.unsure && self.is_read_out();
            if self.over {
                return Ok(Vec::new());
            }
            let is_gone = rest.found.is_empty() && !rest.unsure;
            let until = if is_gone { closed_by } else { until };
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
        self.taps.iter().all(|tap| tap.ended)
    }

    /// Waits for `pause` at most until something can be read or written, and moves it.
    fn pump(&mut self, pause: Duration) -> Result<()> {
        let open = self.taps.iter().filter(|tap| !tap.ended);
        let mut waiting: Vec<_> = open
            .map(|tap| PollFd::new(tap.pipe.as_fd(), PollFlags::POLLIN))
            .collect();
        if let Some((pipe, _)) = &self.feed {
            waiting.push(PollFd::new(pipe.as_fd(), PollFlags::POLLOUT));
        }
        match poll(
            &mut waiting,
            PollTimeout::try_from(pause).unwrap_or(PollTimeout::MAX),
        ) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("poll"),
        }
        // None of the descriptors blocks, so it does no harm to try those that are not ready.
        self.taps.iter_mut().try_for_each(Tap::drain)?;
        if let Some((pipe, rest)) = &mut self.feed {
            match pipe.write(rest) {
                Ok(written) => *rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                // EPIPE: it has read what it wanted, which is its right.
                Err(_) => *rest = &[],
            }
            if rest.is_empty() {
                self.feed = None;
            }
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub fn reap(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = wait4(Pid::from_raw(self.group)).context("wait")?;
        }
        Ok(self.status.map(|(status, _)| status))
    }

    /// What all of it that is alive took so far, with those that it waited for.
    pub fn usage_so_far(&self) -> Usage {
        let mut all = Usage::default();
        for process in survivors(self.group, &self.cookie).found {
            let one = process.usage();
            all.cpu += one.cpu;
            all.peak_kib += one.peak_kib;
        }
        all
    }

    /// Ends the group and everybody who left it: TERM, a moment to tidy up, KILL until nobody is left.
    fn end_all(&mut self) {
        let begun = Instant::now();
        let mut asked = false;
        while !self.over {
            let _ = self.reap();
            let rest = survivors(self.group, &self.cookie).found;
            if rest.is_empty() {
                break;
            }
            let is_late = begun.elapsed() >= PATIENCE;
            let signal = if is_late {
                Signal::SIGKILL
            } else {
                Signal::SIGTERM
            };
            if !asked || is_late {
                // The group as a whole first, so that its members cannot outrun us with `fork`.
                let _ = killpg(Pid::from_raw(self.group), signal);
                for process in &rest {
                    let _ = kill(Pid::from_raw(process.pid), signal);
                }
                asked = true;
            }
            sleep(Duration::from_millis(5));
        }
        self.over = true;
        while matches!(self.reap(), Ok(None)) {
            sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.end_all();
        leaders().remove(&self.group);
    }
}

/// The reading end of a pipe, and what came out of it.
struct Tap {
    pipe: File,
    seen: Vec<u8>,
    ended: bool,
}

impl Tap {
    /// Takes what is there, up to a little more than the limit.
    fn drain(&mut self) -> Result<()> {
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
        Ok(())
    }
}

fn nonblocking(pipe: OwnedFd) -> Result<File> {
    let flags = OFlag::from_bits_retain(fcntl(&pipe, FcntlArg::F_GETFL)?);
    fcntl(&pipe, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(pipe.into())
}
