//! A server under test: started, awaited, driven by somebody else, ended; its own CPU time is what counts.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use regex_lite::Regex;

use super::measure::shell;
use super::plan::Serve;
use crate::run::interrupt;
use crate::run::process::{End, Run};
use crate::run::usage::Usage;

const READY: Duration = Duration::from_secs(20);

/// A running server, which is gone with all that it has started when this is.
pub struct Server<'a> {
    serve: &'a Serve,
    run: Run,
    /// What it took until it was ready.
    start: Usage,
    pub port: String,
}

impl<'a> Server<'a> {
    /// Starts it and waits for the line that says where it listens. Output goes to files, so that it never waits for a reader.
    pub fn start(serve: &'a Serve, folder: &Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let ready = Regex::new(&serve.ready)?;
        let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let mut command = shell(&serve.run, folder, env);
        command
            .stdout(stdout.try_clone()?)
            .stderr(stderr.try_clone()?);
        let mut run = Run::start(&mut command, None)?;
        let began = Instant::now();
        loop {
            let ended = run.reap()?;
            let said = contents(&stdout)?;
            let whole_lines = &said[..said.rfind('\n').map_or(0, |end| end + 1)];
            if let Some(found) = ready.captures(whole_lines) {
                let port = found.get(1).map_or("", |port| port.as_str()).to_owned();
                let start = run.usage_so_far();
                return Ok(Self {
                    serve,
                    run,
                    start,
                    port,
                });
            }
            ensure!(!interrupt::requested(), "interrupted");
            if ended.is_some() || began.elapsed() > READY {
                let how = ended.map_or("is still silent after 20 s".to_owned(), |status| {
                    End::of(status).to_string()
                });
                let said = said + &contents(&stderr)?;
                bail!(
                    "`{}` {how} and did not say {:?}: {}",
                    serve.run,
                    serve.ready,
                    said.trim()
                );
            }
            sleep(Duration::from_millis(5));
        }
    }

    /// Ends it; returns what it took meanwhile, all of its processes together, and the rates out of what its driver printed.
    pub fn finish(mut self, driver: &str) -> Result<(Usage, Vec<(String, f64)>)> {
        let requests = number(&self.serve.requests, driver)?;
        let rate = number(&self.serve.rate, driver)?;
        let mut usage = self.run.usage_so_far();
        if let Some(status) = self.run.reap()? {
            bail!("the server {} before it was told to", End::of(status));
        }
        usage.cpu = usage.cpu.saturating_sub(self.start.cpu);
        // The system counts in hundredths.
        let cpu = usage.cpu.max(Duration::from_millis(10)).as_secs_f64();
        let rates = vec![
            ("requests/s".to_owned(), rate),
            ("requests per CPU second".to_owned(), requests / cpu),
        ];
        Ok((usage, rates))
    }
}

/// What was written so far. The place where the server goes on is not touched.
fn contents(file: &File) -> Result<String> {
    let mut bytes = vec![0; usize::try_from(file.metadata()?.len())?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn number(pattern: &str, text: &str) -> Result<f64> {
    let found = Regex::new(pattern)?;
    let found = found
        .captures(text)
        .with_context(|| format!("{pattern:?} is not in what the driver printed: {text:?}"))?;
    let digits = found
        .get(1)
        .with_context(|| format!("{pattern:?} has no group"))?;
    digits
        .as_str()
        .parse()
        .with_context(|| format!("{:?} is no number", digits.as_str()))
}
