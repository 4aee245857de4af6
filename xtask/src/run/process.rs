//! One run of one program: its output, how it ended, and what it left behind.
//!
//! Nothing here can be blocked by a program that misbehaves. Threads read both pipes and write stdin, and we wait for
//! them with a deadline, so a grandchild that keeps a pipe open delays nothing. The run has a process group of
//! its own, which is ended with TERM and then KILL; a process that left the group is found by the cookie that it
//! inherited (see `leaks`).

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::run::leaks::{COOKIE, Process, leaders, survivors};
use crate::run::usage::wait4;
use crate::run::{Usage, interrupt};

/// How long the rest of a run may outlive its leader before that is a leak.
const LEAK_GRACE: Duration = Duration::from_secs(1);
/// How long its output may stay open when no process of it is left. A process that another run is about to start has a
/// copy of the pipe until it has become its program, which a busy machine may put off.
const CLOSING: Duration = Duration::from_secs(2);
/// How long a group has between TERM and KILL.
const TERM_GRACE: Duration = Duration::from_millis(500);
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
    /// Returns how a process ended by itself.
    pub fn of(status: ExitStatus) -> Self {
        let signal = status.signal().map(Signal::try_from);
        let signal = signal.and_then(Result::ok);
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

    /// Whether it exited with 0 and left nothing behind.
    pub fn is_good(&self) -> bool {
        self.end == End::Exited(0) && self.leaked.is_empty()
    }
}

/// Runs `command` in a process group of its own and returns once nothing of it is alive.
pub fn run(command: &mut Command, stdin: Option<&[u8]>, limit: Duration) -> Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Run::start(command, stdin)?.wait(limit)
}

/// Like [`run`], with stderr going to ours: for cargo, which talks to people there and takes its time.
pub fn run_aloud(command: &mut Command) -> Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::inherit());
    Run::start(command, None)?.wait(NO_LIMIT)
}

/// Like [`run`], with both going to ours.
pub fn run_through(command: &mut Command) -> Result<Outcome> {
    Run::start(command, None)?.wait(NO_LIMIT)
}

/// A live run. Dropping it ends and reaps all of it, whatever went wrong on the way.
pub struct Run {
    began: Instant,
    group: i32,
    cookie: String,
    stdout: Output,
    stderr: Output,
    /// Disconnected once all pipes have ended.
    pipes: Receiver<()>,
    is_open: bool,
    status: Option<(ExitStatus, Usage)>,
    is_done: bool,
}

/// What came out of a pipe so far. Shared with the thread that reads it, which a process that we cannot find may keep waiting.
type Output = Arc<Mutex<Vec<u8>>>;

impl Run {
    /// Starts it; where its output goes is up to `command`.
    pub fn start(command: &mut Command, stdin: Option<&[u8]>) -> Result<Self> {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let cookie = format!("{}-{number}", std::process::id());
        command.env(COOKIE, &cookie).process_group(0);
        command.stdin(stdin.map_or_else(Stdio::null, |_| Stdio::piped()));

        let mut leaders = leaders();
        let began = Instant::now();
        let child = command.spawn();
        let mut child = child.with_context(|| command.get_program().display().to_string())?;
        let group = child.id().try_into();
        let group = group.expect("a process id is a positive i32");
        leaders.insert(group);
        drop(leaders);

        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin.map(<[u8]>::to_vec)) {
            // EPIPE: the program has read what it wanted, which is its right.
            spawn(move || pipe.write_all(&bytes));
        }
        let (stdout, stderr) = (Output::default(), Output::default());
        let (sender, pipes) = channel();
        if let Some(pipe) = child.stdout.take() {
            let (output, sender) = (Arc::clone(&stdout), sender.clone());
            spawn(move || read(pipe, &output, sender));
        }
        if let Some(pipe) = child.stderr.take() {
            let output = Arc::clone(&stderr);
            spawn(move || read(pipe, &output, sender));
        }
        Ok(Self {
            began,
            group,
            cookie,
            stdout,
            stderr,
            pipes,
            is_open: true,
            status: None,
            is_done: false,
        })
    }

    /// Waits until nothing of it is alive, and ends what still is after `limit`.
    pub fn wait(mut self, limit: Duration) -> Result<Outcome> {
        let end = self.wait_for_leader(Instant::now() + limit)?;
        let seconds = self.began.elapsed().as_secs_f64();
        let mut leaked = Vec::new();
        if self.status.is_some() {
            leaked = self.wait_for_group();
        }
        self.terminate();
        Ok(Outcome {
            end,
            stdout: std::mem::take(&mut *lock(&self.stdout)),
            stderr: std::mem::take(&mut *lock(&self.stderr)),
            leaked,
            seconds,
            usage: self.status.map(|(_, usage)| usage).unwrap_or_default(),
        })
    }

    /// Waits until the leader is gone, or until it must go.
    fn wait_for_leader(&mut self, deadline: Instant) -> Result<End> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if interrupt::requested() {
                return Ok(End::Stopped("interrupted".to_owned()));
            }
            if left.is_zero() {
                return Ok(End::TimedOut);
            }
            // With both pipes closed nothing wakes us, but the end is near: look often.
            let pause = Duration::from_millis(if self.is_open { 20 } else { 1 });
            self.pause(pause.min(left));
            if lock(&self.stdout).len().max(lock(&self.stderr).len()) > OUTPUT_LIMIT {
                return Ok(End::Stopped("too much output".to_owned()));
            }
            if let Some(status) = self.reap()? {
                return Ok(End::of(status));
            }
        }
    }

    /// Waits a moment for the pipes to end and for the group to empty; returns what is still there after that.
    fn wait_for_group(&mut self) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let rest = survivors(self.group, &self.cookie);
            let is_gone = rest.found.is_empty() && !rest.unsure;
            self.is_done = is_gone && !self.is_open;
            if self.is_done {
                return Vec::new();
            }
            let grace = if is_gone { CLOSING } else { LEAK_GRACE };
            if begun.elapsed() >= grace || interrupt::requested() {
                let mut leaked: Vec<_> = rest.found.iter().map(Process::describe).collect();
                if leaked.is_empty() && self.is_open {
                    leaked.push("an unknown process that holds its output open".to_owned());
                }
                return leaked;
            }
            self.pause(Duration::from_millis(5));
        }
    }

    /// Waits, but not longer than until the pipes end.
    fn pause(&mut self, pause: Duration) {
        if !self.is_open {
            sleep(pause);
        } else if self.pipes.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
            self.is_open = false;
        }
    }

    /// Returns how it ended, if it has.
    pub fn reap(&mut self) -> Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = wait4(Pid::from_raw(self.group)).context("wait")?;
        }
        Ok(self.status.map(|(status, _)| status))
    }

    /// Returns what it printed so far, to stdout and to stderr.
    pub fn output(&self) -> [String; 2] {
        let text = |output| String::from_utf8_lossy(&lock(output)).into_owned();
        [&self.stdout, &self.stderr].map(text)
    }

    /// Returns what all of it that is alive took so far, with those that it waited for.
    pub fn usage_so_far(&self) -> Usage {
        let mut all = Usage::default();
        for process in survivors(self.group, &self.cookie).found {
            let one = process.usage();
            all.cpu += one.cpu;
            all.peak_kib += one.peak_kib;
        }
        all
    }

    /// Ends the group and every process that left it: TERM, a moment to tidy up, then KILL until none is left.
    fn terminate(&mut self) {
        let begun = Instant::now();
        let mut asked = false;
        while !self.is_done {
            let _ = self.reap();
            let rest = survivors(self.group, &self.cookie).found;
            if rest.is_empty() {
                break;
            }
            let is_late = begun.elapsed() >= TERM_GRACE;
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
            self.pause(Duration::from_millis(5));
        }
        self.is_done = true;
        while matches!(self.reap(), Ok(None)) {
            sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.terminate();
        leaders().remove(&self.group);
    }
}

fn lock(output: &Output) -> MutexGuard<'_, Vec<u8>> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what comes out of a pipe until it ends, up to a limit; the end of `_is_open` says so.
fn read(mut pipe: impl Read, output: &Output, _is_open: Sender<()>) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        match pipe.read(&mut bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(count) => {
                let mut kept = lock(output);
                if kept.len() <= OUTPUT_LIMIT {
                    kept.extend(&bytes[..count]);
                }
            }
        }
    }
}
