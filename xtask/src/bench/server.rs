//! A server under test: started, awaited, driven by another program, ended; its own CPU time is what counts.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::plan::Serve;
use super::shell::Shell;
use crate::cases::Pattern;
use crate::run::{End, Run, interrupt};

const READY: Duration = Duration::from_secs(20);

/// A running server, which is gone with all that it has started when this is.
pub struct Server<'a> {
    serve: &'a Serve,
    run: Run,
    /// What it took until it was ready.
    start_cpu: Duration,
    pub port: String,
}

impl<'a> Server<'a> {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(serve: &'a Serve, shell: &Shell) -> Result<Self> {
        let mut command = shell.command(&serve.run);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let run = Run::start(&mut command, None)?;
        let began = Instant::now();
        loop {
            let ended = run.status();
            let [said, complaint] = run.output();
            let whole_lines = &said[..said.rfind('\n').map_or(0, |end| end + 1)];
            let found = serve.ready.0.captures(whole_lines);
            if let Some(port) = found.and_then(|found| found.get(1)) {
                let port = port.as_str().to_owned();
                let start_cpu = run.cpu_so_far();
                return Ok(Self {
                    serve,
                    run,
                    start_cpu,
                    port,
                });
            }
            interrupt::check()?;
            if ended.is_some() || began.elapsed() > READY {
                let silent = || "is still silent after 20 s".to_owned();
                let how = ended.map_or_else(silent, |status| End::of(status).to_string());
                let (line, ready) = (&serve.run, serve.ready.0.as_str());
                bail!("`{line}` {how} and did not say {ready:?}: {said}{complaint}");
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// Ends it; returns the rates out of what its driver printed, and to what all of its processes took together meanwhile.
    pub fn finish(self, driver: &str) -> Result<Vec<(String, f64)>> {
        let requests = number(&self.serve.requests, driver)?;
        let rate = number(&self.serve.rate, driver)?;
        let cpu = self.run.cpu_so_far();
        if let Some(status) = self.run.status() {
            bail!("the server {} before it was told to", End::of(status));
        }
        // The system counts in hundredths.
        let cpu = cpu.saturating_sub(self.start_cpu);
        let cpu = cpu.max(Duration::from_millis(10)).as_secs_f64();
        let per_second = ("requests/s".to_owned(), rate);
        let per_cpu = ("requests per CPU second".to_owned(), requests / cpu);
        Ok(vec![per_second, per_cpu])
    }
}

fn number(Pattern(pattern): &Pattern, text: &str) -> Result<f64> {
    let found = pattern.captures(text);
    let found = found.and_then(|found| found.get(1)?.as_str().parse().ok());
    let (pattern, text) = (pattern.as_str(), text.trim());
    let wrong = format!("{pattern:?} finds no number in what the driver printed: {text:?}");
    found.context(wrong)
}
