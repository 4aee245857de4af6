//! Running one side of a case: our executable, or the oracle, each in a fresh directory and a clean environment.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::cases::console::Block;
use crate::cases::find::{Case, Oracle};
use crate::cases::settings::Limit;
use crate::judge::verdict::ending;
use crate::run::node::Node;
use crate::run::process::{End, Outcome, run};

/// What the runs of a verb share.
pub struct Runner {
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

impl Runner {
    pub fn rust(&self, case: &Case) -> Result<Outcome> {
        let scene = Sandbox::new(&case.fixtures)?;
        let command = scene.command(self.executable(&case.krate)?);
        perform(case, command, &case.args)
    }

    pub fn oracle(&self, case: &Case) -> Result<Oracled> {
        let scene = Sandbox::new(&case.fixtures)?;
        let outcome = match (&case.oracle, &self.node.path) {
            (Oracle::None(_), _) => return Ok(Oracled::None),
            (oracle, None) if oracle.needs_node() => {
                return Ok(Oracled::Absent(self.node.says.clone()));
            }
            (Oracle::Shell(line), node) => {
                let mut shell = scene.command("sh");
                shell.envs(node.as_ref().map(|node| ("NODE", node)));
                perform(case, shell, ["-c", line])?
            }
            (Oracle::Node(file), node) => {
                perform(case, scene.command(node.as_deref().unwrap_or(file)), [file])?
            }
        };
        // This is how a shell says that it did not find the tool.
        if outcome.end == End::Exited(127)
            && case.settings.status != 127
            && matches!(case.oracle, Oracle::Shell(_))
        {
            return Ok(Oracled::Absent(
                String::from_utf8_lossy(&outcome.stderr).trim().to_owned(),
            ));
        }
        Ok(Oracled::Ran(outcome))
    }

    /// The names that `tour --list` prints, one a line, each perhaps followed by a title.
    pub fn lessons(&self, krate: &str) -> Result<Vec<String>> {
        let scene = Sandbox::new(Path::new(""))?;
        let mut command = scene.command(self.executable(krate)?);
        let outcome = run(command.args(["tour", "--list"]), None, Limit::default().0)?;
        ensure!(
            outcome.end == End::Exited(0),
            "`{krate} tour --list` failed: {:?}",
            outcome.end
        );
        let list = String::from_utf8_lossy(&outcome.stdout).into_owned();
        let names = list
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        Ok(names.map(str::to_owned).collect())
    }

    /// A README block as it ought to read, and what went wrong with its runs.
    pub fn block(&self, block: &Block) -> Result<(Vec<u8>, Vec<String>)> {
        let scene = Sandbox::new(&block.fixtures)?;
        let mut text = Vec::new();
        let mut problems = Vec::new();
        for call in &block.commands {
            let mut command = scene.command(self.executable(&call.krate)?);
            let outcome = run(command.args(&call.args), None, Limit::default().0)?;
            for part in [call.line.as_bytes(), &outcome.stdout, &outcome.stderr] {
                text.extend_from_slice(part);
                if !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
            }
            problems.extend(ending("Rust", Limit::default(), &outcome));
        }
        Ok((text, problems))
    }

    fn executable(&self, krate: &str) -> Result<&PathBuf> {
        self.executables
            .get(krate)
            .with_context(|| format!("{krate} was not built"))
    }
}

fn perform<S: AsRef<OsStr>>(
    case: &Case,
    mut command: Command,
    args: impl IntoIterator<Item = S>,
) -> Result<Outcome> {
    command.args(args).envs(&case.settings.env);
    run(&mut command, case.stdin.as_deref(), case.settings.timeout.0)
}

/// A fresh copy of the fixtures. Its name is short, since the path of a Unix socket may have 108 bytes.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(fixtures: &Path) -> Result<Self> {
        let scene = Self(tempfile::Builder::new().prefix("x").tempdir()?);
        if fixtures.is_dir() {
            copy(fixtures, scene.0.path()).with_context(|| fixtures.display().to_string())?;
        }
        Ok(scene)
    }

    /// `program`, to be run here, with nothing of the caller's environment that could change what it prints.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let fixed = [
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("NO_COLOR", "1"),
            ("COLUMNS", "80"),
            ("RUST_BACKTRACE", "0"),
        ];
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear().envs(fixed);
        command
            .env("HOME", self.0.path())
            .env("TMPDIR", self.0.path());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
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
