//! One run of one contender: wall time, CPU time and peak memory as the kernel counted them, or the rates that it printed.

use anyhow::{Context, Result};
use serde::Serialize;

use super::plan::{Contender, Spec, Work};
use super::server::Server;
use super::shell::Shell;
use crate::run::Outcome;

/// What a contender did: a run for each round, or why it has none.
#[derive(Serialize)]
pub struct Entry<'a> {
    pub name: &'a str,
    pub missing: Option<String>,
    pub runs: Vec<Run>,
}

/// What one run came to.
#[derive(Serialize)]
pub struct Run {
    /// What is compared, by name: first the time of work, or else the rates.
    pub figures: Vec<(String, f64)>,
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
    let mut figures = match (server, &spec.work) {
        (Some(server), _) => server.finish(&stdout)?,
        (None, Some(work)) => costs(&ran, work),
        (None, None) => stdout.lines().map(rate).collect::<Result<_>>()?,
    };
    if let Some(column) = &spec.also {
        let number = shell.text(&column.run)?.trim().parse();
        let number = number.context("also.run must print a number")?;
        figures.push((column.name.clone(), number));
    }
    Ok(Run { figures, stdout })
}

/// Returns what work took.
fn costs(ran: &Outcome, work: &Work) -> Vec<(String, f64)> {
    let rate = format!("{}/s", work.of);
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let peak_mib = ran.peak_kib as f64 / 1024.0;
    let costs = [
        ("time, s", ran.seconds),
        (&rate, work.amount / ran.seconds),
        ("CPU time, s", ran.cpu.as_secs_f64()),
        ("peak memory, MiB", peak_mib),
    ];
    costs.map(|(name, cost)| (name.to_owned(), cost)).to_vec()
}

/// Reads `NAME RATE`; a name may have spaces.
fn rate(line: &str) -> Result<(String, f64)> {
    let wrong = || format!("no `NAME RATE`: {line:?}");
    let (name, number) = line.rsplit_once(' ').with_context(wrong)?;
    let number = number.parse().with_context(wrong)?;
    Ok((name.trim().to_owned(), number))
}
