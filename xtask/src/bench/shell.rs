//! The lines of a bench: where they run, and what is set there.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::run::{Outcome, interrupt, process};

/// Nothing worth measuring takes longer.
const LIMIT: Duration = Duration::from_secs(300);

/// A folder and an environment for lines.
#[derive(Clone)]
pub struct Shell {
    pub folder: PathBuf,
    pub env: BTreeMap<&'static str, String>,
}

impl Shell {
    /// Returns a shell in which this is set as well.
    pub fn with(&self, name: &'static str, value: &str) -> Self {
        let mut shell = self.clone();
        shell.env.insert(name, value.to_owned());
        shell
    }

    /// Returns the command for a line.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(&self.folder);
        command.envs(&self.env);
        command
    }

    /// Runs a line to its good end; what it leaves running is ended, and an error.
    pub fn run(&self, line: &str) -> Result<Outcome> {
        let outcome = process::run(&mut self.command(line), None, LIMIT)?;
        interrupt::check()?;
        let (end, left) = (&outcome.end, outcome.leaked.join(", "));
        let said = String::from_utf8_lossy(&outcome.stderr);
        ensure!(left.is_empty(), "`{line}` left behind: {left}");
        ensure!(outcome.is_good(), "`{line}` {end}: {}", said.trim());
        Ok(outcome)
    }

    /// Returns what a line prints.
    pub fn text(&self, line: &str) -> Result<String> {
        let stdout = self.run(line)?.stdout;
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }
}
