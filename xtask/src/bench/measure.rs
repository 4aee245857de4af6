//! One run of one contender: wall time, CPU time and peak memory, as the kernel counted them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::server::Server;
use super::spec::{Contender, Spec};
use crate::interrupt;
use crate::wait4::{Usage, wait4};

/// Nothing worth measuring takes longer.
const LIMIT: Duration = Duration::from_secs(300);

/// What one run took.
pub struct Run {
    pub wall: f64,
    pub cpu: f64,
    pub peak_mib: f64,
    /// The number of the column of its own.
    pub also: Option<f64>,
    /// What the contender printed as `NAME RATE`, or what was found out of a server.
    pub rates: Vec<(String, f64)>,
    pub stdout: String,
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
    let server = contender
        .serve
        .as_ref()
        .map(|serve| Server::start(serve, folder, &env))
        .transpose()?;
    env.extend(
        server
            .as_ref()
            .map(|server| ("PORT".to_owned(), server.port.clone())),
    );
    let (stdout, mut usage) = finish(&contender.run, folder, &env)?;
    let mut rates = Vec::new();
    if let Some(server) = server {
        (usage, rates) = server.finish(&stdout)?;
    } else if spec.work.is_none() {
        rates = stdout.lines().map(rate).collect::<Result<_>>()?;
    }
    let also = spec
        .also
        .as_ref()
        .map(|also| anyhow::Ok(text(&also.run, folder, &env)?.trim().parse()?));
    let also = also.transpose().context("also")?;
    Ok(Run {
        wall: usage.wall,
        cpu: usage.cpu,
        peak_mib: usage.peak_mib,
        also,
        rates,
        stdout,
    })
}

fn rate(line: &str) -> Result<(String, f64)> {
    let (name, number) = line
        .rsplit_once(' ')
        .with_context(|| format!("no `NAME RATE`: {line:?}"))?;
    Ok((
        name.trim().to_owned(),
        number
            .parse()
            .with_context(|| format!("no rate: {line:?}"))?,
    ))
}

/// What a line prints.
pub fn text(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Result<String> {
    Ok(finish(line, folder, env)?.0)
}

/// Runs a line to its end. Output goes to files, so that nobody waits for a reader.
fn finish(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Result<(String, Usage)> {
    let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut shell = shell(line, folder, env);
    shell
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?);
    let start = Instant::now();
    let usage = watch(&shell.spawn()?, start)?;
    let said = contents(&mut stderr)?;
    ensure!(usage.status == Some(0), "`{line}` failed: {}", said.trim());
    Ok((contents(&mut stdout)?, usage))
}

/// A shell in a process group of its own.
pub fn shell(line: &str, folder: &Path, env: &BTreeMap<String, String>) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", line])
        .current_dir(folder)
        .envs(env)
        .stdin(Stdio::null())
        .process_group(0);
    shell
}

/// Waits for a child and says what it took; ends its group when it takes too long or somebody wants us to stop.
pub fn watch(child: &Child, start: Instant) -> Result<Usage> {
    let pid = Pid::from_raw(i32::try_from(child.id())?);
    loop {
        if let Some(usage) = wait4(pid, start)? {
            return Ok(usage);
        }
        if interrupt::requested() || start.elapsed() > LIMIT {
            let _ = killpg(pid, Signal::SIGKILL);
            while wait4(pid, start)?.is_none() {
                sleep(Duration::from_millis(1));
            }
            bail!(
                "{}",
                if interrupt::requested() {
                    "interrupted"
                } else {
                    "took longer than 300 s"
                }
            );
        }
        sleep(Duration::from_micros(500));
    }
}

fn contents(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
