//! Running one side of a case: our executable, or the oracle, each in a fresh directory and a clean environment.

use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;
use tempfile::TempDir;

use crate::cases::{Block, Case, LIMIT, all_files, commands};
use crate::run::cargo::Executables;
use crate::run::process::run;
use crate::run::{End, Node, Outcome, interrupt};

/// What the runs of a verb share.
pub struct Runner {
    pub node: Node,
    /// The executable of each crate that was built.
    pub executables: Executables,
}

/// The oracle's side, or why Node or the tool is not there; none where the case has no oracle.
pub type OracleRun = Option<Result<Outcome, String>>;

impl Runner {
    /// Runs our side.
    pub fn rust(&self, case: &Case) -> Result<Outcome> {
        let sandbox = Sandbox::new(&case.fixtures)?;
        let mut command = sandbox.command(self.executable(&case.crate_name)?);
        run_case(case, command.args(&case.args))
    }

    /// Runs the other side.
    pub fn oracle(&self, case: &Case) -> Result<OracleRun> {
        let Some(line) = &case.oracle else {
            return Ok(None);
        };
        let node = self.node.path.as_deref();
        if node.is_none() && case.needs_node() {
            return Ok(Some(Err(self.node.says.clone())));
        }
        let sandbox = Sandbox::new(&case.fixtures)?;
        let mut shell = sandbox.command("sh");
        shell.envs(node.map(|node| ("NODE", node)));
        let outcome = run_case(case, shell.args(["-c", line]))?;
        // This is how a shell says that it did not find the tool, of which there is no output then.
        let is_missing = outcome.end == End::Exited(127) && outcome.stdout.is_empty();
        if is_missing && !case.is_lesson && case.settings.status != 127 {
            let why = String::from_utf8_lossy(&outcome.stderr).trim().to_owned();
            return Ok(Some(Err(why)));
        }
        Ok(Some(Ok(outcome)))
    }

    /// Returns a README block as it ought to read, and the runs of its commands.
    pub fn block(&self, block: &Block) -> Result<(Vec<u8>, Vec<Outcome>)> {
        let (sandbox, tools) = (Sandbox::new(&block.fixtures)?, tempfile::tempdir()?);
        for crate_name in &block.crates {
            let link = tools.path().join(crate_name);
            if !link.exists() {
                symlink(self.executable(crate_name)?, link)?;
            }
        }
        let path = path_with(tools.path());
        let (mut text, mut outcomes) = (Vec::new(), Vec::new());
        for (line, command) in commands(&block.text) {
            let mut shell = sandbox.command("sh");
            shell.arg("-c").arg(command).env("PATH", &path);
            let outcome = run(&mut shell, None, LIMIT)?;
            for part in [line.as_bytes(), &outcome.stdout, &outcome.stderr] {
                text.extend_from_slice(part);
                if !text.ends_with(b"\n") {
                    text.push(b'\n');
                }
            }
            outcomes.push(outcome);
        }
        Ok((text, outcomes))
    }

    fn executable(&self, crate_name: &str) -> Result<&PathBuf> {
        let built = self.executables.get(crate_name);
        built.with_context(|| format!("{crate_name} was not built"))
    }
}

fn run_case(case: &Case, command: &mut Command) -> Result<Outcome> {
    command.envs(&case.settings.env);
    run(command, case.stdin.as_deref(), case.settings.limit())
}

/// Returns the `PATH` with a folder in front.
pub fn path_with(folder: &Path) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", folder.display())
}

/// A fresh copy of the fixtures. Its name is short, since the path of a Unix socket may have 108 bytes.
struct Sandbox(TempDir);

impl Sandbox {
    fn new(fixtures: &Path) -> Result<Self> {
        let sandbox = Self(tempfile::Builder::new().prefix("x").tempdir()?);
        if fixtures.is_dir() {
            copy_files(fixtures, sandbox.0.path(), &all_files(fixtures)?)?;
        }
        Ok(sandbox)
    }

    /// Returns `program`, to be run here, with nothing of the caller's environment that could change what it prints.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).env_clear();
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(["HOME", "TMPDIR"].map(|name| (name, self.0.path())));
        command.envs([
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("NO_COLOR", "1"),
            ("COLUMNS", "80"),
            ("RUST_BACKTRACE", "0"),
        ]);
        command
    }
}

/// Copies files from one folder to another; links stay links.
pub fn copy_files(from: &Path, to: &Path, files: &[PathBuf]) -> Result<()> {
    for file in files {
        interrupt::check()?;
        let (source, target) = (from.join(file), to.join(file));
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        if source.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else {
            // To read anything else (a pipe, a device) may take for ever.
            let shown = source.display();
            ensure!(source.is_file(), "{shown} is no file, folder or link");
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// Removes a file or a folder, if it is there.
pub fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}
