//! Running one side of a case: our executable, or the oracle, each in a fresh directory and a clean environment.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
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
        let sandbox = Sandbox::new(&case.fixtures)?;
        run_case(
            case,
            sandbox.command(self.executable(&case.krate)?),
            &case.args,
        )
    }

    pub fn oracle(&self, case: &Case) -> Result<Oracled> {
        let sandbox = Sandbox::new(&case.fixtures)?;
        let outcome = match (&case.oracle, &self.node.path) {
            (Oracle::None(_), _) => return Ok(Oracled::None),
            (oracle, None) if oracle.needs_node() => {
                return Ok(Oracled::Absent(self.node.says.clone()));
            }
            (Oracle::Shell(line), node) => {
                let mut shell = sandbox.command("sh");
                shell.envs(node.as_ref().map(|node| ("NODE", node)));
                run_case(case, shell, ["-c", line])?
            }
            (Oracle::Node(file), node) => run_case(
                case,
                sandbox.command(node.as_deref().unwrap_or(file)),
                [file],
            )?,
        };
        // This is how a shell says that it did not find the tool.
        let is_shell = matches!(case.oracle, Oracle::Shell(_));
        if is_shell && outcome.end == End::Exited(127) && case.settings.status != 127 {
            let why = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            return Ok(Oracled::Absent(why));
        }
        Ok(Oracled::Ran(outcome))
    }

    /// Returns the names that `tour --list` prints, one a line, each perhaps followed by a title.
    pub fn lessons(&self, krate: &str) -> Result<Vec<String>> {
        let sandbox = Sandbox::new(Path::new(""))?;
        let mut command = sandbox.command(self.executable(krate)?);
        let outcome = run(command.args(["tour", "--list"]), None, Limit::default().0)?;
        ensure!(
            outcome.end == End::Exited(0),
            "`{krate} tour --list` {}",
            outcome.end
        );
        let list = String::from_utf8_lossy(&outcome.stdout);
        let names = list
            .lines()
            .filter_map(|line| line.split_whitespace().next());
        Ok(names.map(str::to_owned).collect())
    }

    /// Returns a README block as it ought to read, and what went wrong with its runs.
    pub fn block(&self, block: &Block) -> Result<(Vec<u8>, Vec<String>)> {
        let (sandbox, tools) = (Sandbox::new(&block.fixtures)?, tempfile::tempdir()?);
        for krate in &block.crates {
            let link = tools.path().join(krate);
            if !link.exists() {
                symlink(self.executable(krate)?, link)?;
            }
        }
        let mut path = tools.path().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let (mut text, mut problems) = (Vec::new(), Vec::new());
        for (line, command) in block.commands() {
            let mut shell = sandbox.command("sh");
            shell.arg("-c").arg(command).env("PATH", &path);
            let outcome = run(&mut shell, None, Limit::default().0)?;
            for part in [line.as_bytes(), &outcome.stdout, &outcome.stderr] {
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

fn run_case<S: AsRef<OsStr>>(
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
        let sandbox = Self(tempfile::Builder::new().prefix("x").tempdir()?);
        if fixtures.is_dir() {
            copy(fixtures, sandbox.0.path()).with_context(|| fixtures.display().to_string())?;
        }
        Ok(sandbox)
    }

    /// Returns `program`, to be run here, with nothing of the caller's environment that could change what it prints.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.0)
            .env_clear()
            .env("HOME", self.0.path())
            .env("TMPDIR", self.0.path());
        command.envs([
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("NO_COLOR", "1"),
            ("COLUMNS", "80"),
            ("RUST_BACKTRACE", "0"),
        ]);
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
