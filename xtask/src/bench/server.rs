//! A server under test: started, awaited, driven by somebody else, ended; its own CPU time is what counts.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use regex_lite::Regex;

use super::measure::{shell, watch};
use super::spec::Serve;
use crate::wait4::Usage;

const READY: Duration = Duration::from_secs(20);

/// A running server, in a process group that is gone when this is.
pub struct Server<'a> {
    serve: &'a Serve,
    child: Option<Child>,
    start: Instant,
    pub port: String,
}

impl<'a> Server<'a> {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(serve: &'a Serve, folder: &Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let ready = Regex::new(&serve.ready)?;
        let start = Instant::now();
        let mut child = shell(&serve.run, folder, env)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().context("stdout is a pipe")?;
        let mut server = Self {
            serve,
            child: Some(child),
            start,
            port: String::new(),
        };

        // Goes on reading until the server ends, so that it never waits for us.
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            BufReader::new(stdout)
                .lines()
                .map_while(Result::ok)
                .for_each(|line| drop(sender.send(line)));
        });
        loop {
            let left = READY.saturating_sub(start.elapsed());
            let line = lines
                .recv_timeout(left)
                .context("the server did not say that it is ready")?;
            if let Some(found) = ready.captures(&line) {
                server.port = found.get(1).map_or("", |port| port.as_str()).to_owned();
                return Ok(server);
            }
        }
    }

    /// Ends it; returns what it took, and the rates out of what its driver printed.
    pub fn finish(mut self, driver: &str) -> Result<(Usage, Vec<(String, f64)>)> {
        let requests = number(&self.serve.requests, driver)?;
        let rate = number(&self.serve.rate, driver)?;
        let child = self.child.take().context("a server ends once")?;
        killpg(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM)?;
        let usage = watch(&child, self.start)?;
        let per_cpu_second = requests / usage.cpu;
        Ok((
            usage,
            vec![
                ("requests/s".to_owned(), rate),
                ("requests per CPU second".to_owned(), per_cpu_second),
            ],
        ))
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ =
                i32::try_from(child.id()).map(|pid| killpg(Pid::from_raw(pid), Signal::SIGKILL));
            let _ = child.wait();
        }
    }
}

fn number(pattern: &str, text: &str) -> Result<f64> {
    let found = Regex::new(pattern)?
        .captures(text)
        .with_context(|| format!("{pattern:?} is not in what the driver printed"))?;
    let digits = found
        .get(1)
        .with_context(|| format!("{pattern:?} has no group"))?;
    Ok(digits.as_str().parse()?)
}
