//! A cluster that is measured, started from a command and watched through what it prints.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const WORKERS: usize = 2;

/// A cluster, ended with this.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.0.id()) {
            // Its workers go with it.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.0.wait();
    }
}

/// Starts a cluster, and returns when both of its workers have said that they have started; with the time that took, and all lines so far and to come.
pub fn run(
    command: &[String],
) -> anyhow::Result<(Running, Duration, impl Iterator<Item = String>)> {
    let (program, args) = command.split_first().context("no command")?;
    let began = Instant::now();
    let child = Command::new(program)
        .args(args)
        .stdout(Stdio::piped())
        .spawn();
    let mut running = Running(child.with_context(|| program.clone())?);
    let lines = BufReader::new(running.0.stdout.take().context("it has a stdout")?).lines();
    let mut lines = lines.map_while(Result::ok);
    let mut before = Vec::new();
    let is_start = |line: &&String| line.ends_with("started");
    while before.iter().filter(is_start).count() < WORKERS {
        before.push(lines.next().context("fewer workers started")?);
    }
    Ok((running, began.elapsed(), before.into_iter().chain(lines)))
}
