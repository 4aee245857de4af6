//! One run of one program: its output, how it ended, and what it left behind.
//!
//! Nothing here can be blocked by a program that misbehaves. Threads read both pipes, write stdin and wait for the
//! program; we look at what they have so far, so a grandchild that keeps a pipe open delays nothing. The run has a process
//! group of its own, which is ended with TERM and then KILL; a process that left the group is found by the cookie that
//! it inherited (see `leaks`).

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::Signal::{SIGKILL, SIGTERM};
use nix::sys::signal::{kill, killpg};
use nix::unistd::Pid;
use wait4::{ResUse, Wait4};

use crate::run::leaks::{COOKIE, KILL_GRACE, describe, running_children, survivors};
use crate::run::{End, Outcome, interrupt};

/// How often we look at a run.
const PAUSE: Duration = Duration::from_millis(2);
/// How long the rest of a run may outlive its leader before that is a leak, and its output may stay open. A process that another
/// run is about to start has a copy of the pipe until it has become its program. A busy machine may put off both.
const LEAK_GRACE: Duration = Duration::from_secs(4);
/// How long a group has between TERM and KILL.
const TERM_GRACE: Duration = Duration::from_millis(500);
/// No limit in practice, for builds and tests.
pub const NO_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// What one stream may hold; a program that prints for ever must not fill our memory.
const OUTPUT_LIMIT: usize = 32 << 20;

/// Runs `command` in a process group of its own and returns once nothing of it is alive.
pub fn run(command: &mut Command, stdin: Option<&[u8]>, limit: Duration) -> Result<Outcome> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(Run::start(command, stdin)?.wait(limit))
}

/// Like [`run`] without a limit, but stdout and stderr are ours, unless `command` says otherwise.
pub fn run_showing_output(command: &mut Command) -> Result<Outcome> {
    Ok(Run::start(command, None)?.wait(NO_LIMIT))
}

/// A live run. Dropping it ends and reaps all of it, whatever went wrong on the way.
pub struct Run {
    began: Instant,
    group: i32,
    cookie: String,
    /// Of stdout and stderr.
    outputs: [Output; 2],
    readers: Vec<JoinHandle<()>>,
    ended: Arc<OnceLock<Ended>>,
    is_done: bool,
}

/// What came out of a pipe so far. Shared with the thread that reads it, which a process that we cannot find may keep waiting.
type Output = Arc<Mutex<Vec<u8>>>;

/// How the leader of the group ended, and after how many seconds.
type Ended = (ResUse, f64);

impl Run {
    /// Starts it; where its output goes is up to `command`.
    pub fn start(command: &mut Command, stdin: Option<&[u8]>) -> Result<Self> {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let number = RUNS.fetch_add(1, Ordering::Relaxed);
        let cookie = format!("{}-{number}", std::process::id());
        command.env(COOKIE, &cookie).process_group(0);
        command.stdin(stdin.map_or_else(Stdio::null, |_| Stdio::piped()));

        let mut children = running_children();
        let began = Instant::now();
        let child = command.spawn();
        let mut child = child.with_context(|| command.get_program().display().to_string())?;
        let group = child.id().try_into();
        let group = group.expect("a process id is a positive i32");
        children.insert(group);
        drop(children);

        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin.map(<[u8]>::to_vec)) {
            // EPIPE: the program has read what it wanted, which is its right.
            spawn(move || pipe.write_all(&bytes));
        }
        let mut new = Self {
            began,
            group,
            cookie,
            outputs: Default::default(),
            readers: Vec::new(),
            ended: Arc::default(),
            is_done: false,
        };
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let pipes = [stdout.map(OwnedFd::from), stderr.map(OwnedFd::from)];
        for (pipe, output) in pipes.into_iter().zip(&new.outputs) {
            let output = Arc::clone(output);
            new.readers
                .extend(pipe.map(|pipe| spawn(move || read(pipe.into(), &output))));
        }
        let ended = Arc::clone(&new.ended);
        spawn(move || ended.get_or_init(|| wait_for(child, began)).1);
        Ok(new)
    }

    /// Waits until nothing of it is alive, and ends what still is after `limit`.
    pub fn wait(mut self, limit: Duration) -> Outcome {
        let end = self.wait_for_leader(limit);
        let mut leaked = Vec::new();
        if self.status().is_some() {
            leaked = self.wait_for_group();
        }
        self.terminate();
        let take = |output| std::mem::take(&mut *lock(output));
        let [stdout, stderr] = self.outputs.each_ref().map(take);
        let used = self.ended.get().map(|(ended, seconds)| {
            let cpu = ended.rusage.utime + ended.rusage.stime;
            (*seconds, cpu, ended.rusage.maxrss / 1024)
        });
        // There is no end, and no figure, of a leader that cannot be ended.
        let (seconds, cpu, peak_kib) = used.unwrap_or_default();
        Outcome {
            end,
            stdout,
            stderr,
            leaked,
            seconds,
            cpu,
            peak_kib,
        }
    }

    /// Waits until the leader is gone, or until it must go.
    fn wait_for_leader(&self, limit: Duration) -> End {
        loop {
            let mut printed = self.outputs.iter().map(|output| lock(output).len());
            if let Some(status) = self.status() {
                return End::of(status);
            } else if interrupt::requested() {
                return End::Stopped("interrupted".to_owned());
            } else if self.began.elapsed() >= limit {
                return End::TimedOut;
            } else if printed.any(|bytes| bytes > OUTPUT_LIMIT) {
                return End::Stopped("too much output".to_owned());
            }
            sleep(PAUSE);
        }
    }

    /// Waits a moment for the pipes to end and for the group to empty; returns what is still there after that.
    fn wait_for_group(&mut self) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let rest = survivors(self.group, &self.cookie);
            let is_gone = rest.found.is_empty() && !rest.unsure;
            let is_open = self.readers.iter().any(|reader| !reader.is_finished());
            self.is_done = is_gone && !is_open;
            if self.is_done {
                return Vec::new();
            }
            if begun.elapsed() >= LEAK_GRACE || interrupt::requested() {
                let mut leaked: Vec<_> = rest.found.iter().map(describe).collect();
                if leaked.is_empty() && is_open {
                    leaked.push("an unknown process that holds its output open".to_owned());
                }
                return leaked;
            }
            sleep(PAUSE);
        }
    }

    /// Returns how the leader ended, if it has.
    pub fn status(&self) -> Option<ExitStatus> {
        self.ended.get().map(|(ended, _)| ended.status)
    }

    /// Returns what it printed so far, to stdout and to stderr.
    pub fn output(&self) -> [String; 2] {
        let text = |output| String::from_utf8_lossy(&lock(output)).into_owned();
        self.outputs.each_ref().map(text)
    }

    /// Returns the CPU time that all of it that is alive took so far, with those that it waited for.
    pub fn cpu_so_far(&self) -> Duration {
        let alive = survivors(self.group, &self.cookie).found;
        alive.iter().map(|process| process.cpu).sum()
    }

    /// Ends the group and every process that left it: TERM, a moment to tidy up, then KILL; names those that even this does not end.
    fn terminate(&mut self) {
        let begun = Instant::now();
        let mut asked = false;
        while !self.is_done {
            let rest = survivors(self.group, &self.cookie).found;
            if begun.elapsed() >= TERM_GRACE + KILL_GRACE {
                self.is_done = true;
                let name = |process| errln!("cannot be ended: {}", describe(process));
                return rest.iter().for_each(name);
            }
            let is_late = begun.elapsed() >= TERM_GRACE;
            let signal = if is_late { SIGKILL } else { SIGTERM };
            if !rest.is_empty() && (!asked || is_late) {
                // The group as a whole first, so that its members cannot outrun us with `fork`.
                let _ = killpg(Pid::from_raw(self.group), signal);
                for process in &rest {
                    let _ = kill(Pid::from_raw(process.pid), signal);
                }
                asked = true;
            }
            self.is_done = rest.is_empty() && self.status().is_some();
            if !self.is_done {
                sleep(PAUSE);
            }
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.terminate();
        running_children().remove(&self.group);
    }
}

/// Reaps a child when it ends.
fn wait_for(mut child: Child, began: Instant) -> Ended {
    let mut ended = child.wait4();
    while matches!(&ended, Err(error) if error.kind() == ErrorKind::Interrupted) {
        ended = child.wait4();
    }
    let ended = ended.expect("a child that only this thread reaps");
    (ended, began.elapsed().as_secs_f64())
}

fn lock(output: &Output) -> MutexGuard<'_, Vec<u8>> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what comes out of a pipe until it ends, up to a limit.
fn read(mut pipe: File, output: &Output) {
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
