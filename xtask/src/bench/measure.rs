//! One run of one contender: wall time, CPU time and peak memory, as the kernel counted them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::plan::{Contender, Spec};
use super::server::Server;
use crate::run::interrupt;
use crate::run::process::{self, End, Outcome};
use crate::run::usage::Usage;

/// Nothing worth measuring takes longer.
const LIMIT: Duration = Duration::from_secs(300);

/// What one run took.
pub struct Run {
    pub wall: Duration,
    pub usage: Usage,
    /// The number of the column of its own.
    pub also: Option<f64>,
    /// What the contender printed as `NAME RATE`, or what was found out of a server.
    pub rates: Vec<(String, f64)>,
    pub stdout: String,
}

impl Run {
    /// The most memory, in MiB.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn peak_mib(&self) -> f64 {
        self.usage.peak_kib as f64 / 1024.0
    }
}

/// Runs `contender` once, with its server if it has one.
pub fn run(
    spec: &Spec,
    contender: &Contender,
    folder: &Path,
    env: &BTreeMap<String, String>,
) -> Result<Run> {
    if let Some(line) = &spec.before {
        text(line, folder, env).context("before")?;
    }
    let mut env = env.clone();
    env.extend(contender.env.clone());
    let server = match &contender.serve {
        Some(serve) => Some(Server::start(serve, folder, &env).context("the server")?),
        None => None,
    };
    env.extend(
        server
            .as_ref()
            .map(|server| ("PORT".to_owned(), server.port.clone())),
    );
    let ran = finish(&contender.run, folder, &env)?;
    let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
    let (mut usage, mut rates) = (ran.usage, Vec::new());
    if let Some(server) = server {
        (usage, rates) = server.finish(&stdout)?;
    } else if spec.work.is_none() {
        rates = stdout.lines().map(rate).collect::<Result<_>>()?;
    }
    let also = spec
        .also
        .as_ref()
        .map(|also| anyhow::Ok(text(&also.run, folder, &env)?.trim().parse()?));
    let also = also.transpose().context("also.run must print a number")?;
    Ok(Run {
        wall: Duration::from_secs_f64(ran.seconds),
        usage,
        also,
        rates,
        stdout,
    })
}

/// `NAME RATE`; a name may have spaces.
fn rate(line: &str) -> Result<(String, f64)> {
    let (name, number) = line
        .rsplit_once(' ')
        .with_context(|| format!("no `NAME RATE`: {line:?}"))?;
    let number = number
        .parse()
        .with_context(|| format!("no rate: {line:?}"))?;
    Ok((name.trim().to_owned(), number))
}

/// What a line prints.
pub fn text(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Result<String> {
    let ran = finish(line, folder, env)?;
    Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
}

/// Runs a line to its good end; whatever it leaves running is ended, and an error.
fn finish(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Result<Outcome> {
    let outcome = process::run(&mut shell(line, folder, env), None, LIMIT)?;
    if interrupt::requested() {
        bail!("interrupted");
    }
    let said = String::from_utf8_lossy(&outcome.stderr);
    ensure!(
        outcome.end == End::Exited(0),
        "`{line}` {}: {}",
        outcome.end,
        said.trim()
    );
    ensure!(
        outcome.leaked.is_empty(),
        "`{line}` left behind: {}",
        outcome.leaked.join(", ")
    );
    Ok(outcome)
}

/// A shell for a line of a bench.
pub fn shell(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).envs(env);
    shell
}
