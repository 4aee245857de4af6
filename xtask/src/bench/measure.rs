//! One run of one contender: wall time, CPU time and peak memory, as the kernel counted them.

use anyhow::{Context, Result};
use serde::Serialize;

use super::plan::{Contender, Spec};
use super::server::Server;
use super::shell::Shell;

/// What a contender did: a run for each round, or why it has none.
#[derive(Serialize)]
pub struct Entry<'a> {
    pub name: &'a str,
    pub missing: Option<String>,
    pub runs: Vec<Run>,
}

/// What one run took.
#[derive(Serialize)]
pub struct Run {
    /// In seconds, as is `cpu`.
    pub wall: f64,
    pub cpu: f64,
    /// The most memory.
    pub peak_mib: f64,
    /// The number of the column of its own.
    pub also: Option<f64>,
    /// What the contender printed as `NAME RATE`, or what was found out of a server.
    pub rates: Vec<(String, f64)>,
    #[serde(skip)]
    pub stdout: String,
}

/// Runs `contender` once, with its server if it has one.
pub fn run(spec: &Spec, contender: &Contender, shell: &Shell) -> Result<Run> {
    if let Some(line) = &spec.before {
        shell.text(line).context("before")?;
    }
    let mut shell = shell.clone();
    shell.env.extend(contender.env.clone());
    let mut server = None;
    if let Some(serve) = &contender.serve {
        let started = Server::start(serve, &shell).context("the server")?;
        shell = shell.with("PORT", &started.port);
        server = Some(started);
    }
    let ran = shell.run(&contender.run)?;
    let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
    let (mut usage, mut rates) = (ran.usage, Vec::new());
    if let Some(server) = server {
        (usage, rates) = server.finish(&stdout)?;
    } else if spec.work.is_none() {
        rates = stdout.lines().map(rate).collect::<Result<_>>()?;
    }
    let mut also = None;
    if let Some(column) = &spec.also {
        let number = shell.text(&column.run)?.trim().parse();
        also = Some(number.context("also.run must print a number")?);
    }
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let peak_mib = usage.peak_kib as f64 / 1024.0;
    Ok(Run {
        wall: ran.seconds,
        cpu: usage.cpu.as_secs_f64(),
        peak_mib,
        also,
        rates,
        stdout,
    })
}

/// Reads `NAME RATE`; a name may have spaces.
fn rate(line: &str) -> Result<(String, f64)> {
    let wrong = || format!("no `NAME RATE`: {line:?}");
    let (name, number) = line.rsplit_once(' ').with_context(wrong)?;
    let number = number.parse().with_context(wrong)?;
    Ok((name.trim().to_owned(), number))
}
