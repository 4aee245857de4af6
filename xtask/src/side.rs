//! Running one side of a case: our executable, or the oracle, each in a fresh directory and a clean environment.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::case::{Case, Oracle};
use crate::node::Node;
use crate::process::{End, Outcome, run};
use crate::readme::Block;

/// What the runs of a verb share.
pub struct Stage {
    pub node: Node,
    /// The executable of each crate that was built.
    pub executables: BTreeMap<String, PathBuf>,
}

/// The oracle's side, or why it could not be run.
pub enum Oracled {
    Ran(Outcome),
    /// Node or the tool is not there.
    Absent(String),
    /// The case has none, and says why.
    None,
}

impl Stage {
    pub fn rust(&self, case: &Case) -> Result<Outcome> {
        let scene = Scene::new(&case.fixtures)?;
        let mut command = scene.command(self.executable(&case.krate)?);
        command.args(&case.args).envs(&case.env);
        run(&mut command, case.stdin.as_deref(), case.timeout)
    }

    pub fn oracle(&self, case: &Case) -> Result<Oracled> {
        let node = self.node.path();
        if case.oracle.needs_node() && node.is_none() {
            return Ok(Oracled::Absent(self.node.describe()));
        }
        let scene = Scene::new(&case.fixtures)?;
        let mut command = match (&case.oracle, node) {
            (Oracle::Twin(file), Some(node)) => {
                let mut command = scene.command(node);
                command.arg(file);
                command
            }
            (Oracle::Shell(line), node) => {
                let mut command = scene.command("sh");
                command
                    .args(["-c", line])
                    .envs(node.map(|node| ("NODE", node)));
                command
            }
            _ => return Ok(Oracled::None),
        };
        let outcome = run(command.envs(&case.env), case.stdin.as_deref(), case.timeout)?;
        let is_absent = matches!(case.oracle, Oracle::Shell(_))
            && outcome.end == End::Exited(127)
            && case.status != 127;
        if is_absent {
            return Ok(Oracled::Absent(
                String::from_utf8_lossy(&outcome.stderr).trim().to_owned(),
            ));
        }
        Ok(Oracled::Ran(outcome))
    }

    /// The names that `tour --list` prints, one a line, each perhaps followed by a title.
    pub fn lessons(&self, krate: &str) -> Result<Vec<String>> {
        let scene = Scene::new(Path::new(""))?;
        let mut command = scene.command(self.executable(krate)?);
        let outcome = run(
            command.args(["tour", "--list"]),
            None,
            Duration::from_secs(10),
        )?;
        anyhow::ensure!(
            outcome.end == End::Exited(0),
            "`{krate} tour --list` failed: {}",
            outcome.end
        );
        let list = String::from_utf8_lossy(&outcome.stdout).into_owned();
        Ok(list
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect())
    }

    /// A README block as it ought to read, and the run that went wrong if one did.
    pub fn block(&self, block: &Block, fixtures: &Path) -> Result<(Vec<u8>, Option<Outcome>)> {
        let scene = Scene::new(fixtures)?;
        let mut text = Vec::new();
        for call in &block.commands {
            let mut command = scene.command(self.executable(&call.krate)?);
            let outcome = run(command.args(&call.args), None, Duration::from_secs(10))?;
            text.extend_from_slice(format!("{}\n", call.line).as_bytes());
            for stream in [&outcome.stdout, &outcome.stderr] {
                text.extend_from_slice(stream);
                if !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
            }
            if !outcome.leaked.is_empty() || !matches!(outcome.end, End::Exited(_)) {
                return Ok((text, Some(outcome)));
            }
        }
        Ok((text, None))
    }

    fn executable(&self, krate: &str) -> Result<&Path> {
        Ok(self
            .executables
            .get(krate)
            .with_context(|| format!("{krate} was not built"))?)
    }
}

/// A fresh copy of the fixtures. Its name is short, since the path of a Unix socket may have 108 bytes.
struct Scene {
    dir: TempDir,
}

impl Scene {
    fn new(fixtures: &Path) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("x").tempdir()?;
        if fixtures.is_dir() {
            copy(fixtures, dir.path())
                .with_context(|| format!("copying {}", fixtures.display()))?;
        }
        Ok(Self { dir })
    }

    /// `program`, to be run here, with nothing of the caller's environment that could change what it prints.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.dir)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
            .env("HOME", self.dir.path())
            .env("TMPDIR", self.dir.path());
        command
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "80")
            .env("RUST_BACKTRACE", "0");
        command
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let (source, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name())))?;
        if source.is_dir() {
            fs::create_dir(&target)?;
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}
