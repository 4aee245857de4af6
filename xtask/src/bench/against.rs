//! `bench --against REV`: ours beside ours of an earlier commit, in turn, so that a change is not slower by accident.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::figures::compared;
use super::measure::Entry;
use super::plan::Spec;
use super::programs::build_programs;
use crate::cases::Workspace;
use crate::exit_error::ExitError;
use crate::run::path_with;

/// Where the work tree is, from the root.
const TREE: &str = "target/against";

/// The benches and the programs of an earlier commit, in a work tree that is removed with this.
pub struct Earlier {
    root: PathBuf,
    rev: String,
    specs: Vec<Spec>,
    programs: TempDir,
}

impl Earlier {
    /// Checks the commit out and builds what these benches need.
    pub fn build(root: &Path, rev: &str, specs: &[Spec]) -> Result<Self> {
        // What an interrupted run may have left.
        let _ = git(root, &["worktree", "remove", "--force", TREE]);
        let added = git(root, &["worktree", "add", "--force", "--detach", TREE, rev]);
        added.map_err(|error| ExitError::usage(format!("{rev}: {error:#}")))?;
        let mut earlier = Self {
            root: root.to_owned(),
            rev: rev.to_owned(),
            specs: Vec::new(),
            programs: tempfile::tempdir()?,
        };
        let then = Workspace::at(&root.join(TREE))?;
        for one in &then.crates {
            let is_wanted = |id: &str| specs.iter().any(|spec| spec.id == id);
            earlier.specs.extend(Spec::read_all(one, is_wanted)?);
        }
        // A folder beside it keeps what was built for the next time.
        let profile = ["--release", "--target-dir", "../against-build"];
        build_programs(&then, specs, &profile, earlier.programs.path())?;
        Ok(earlier)
    }

    /// Makes ours now and ours then the contenders of each bench that both have.
    pub fn oppose(&self, specs: &mut Vec<Spec>) -> Result<()> {
        let path = path_with(self.programs.path())?;
        specs.retain_mut(|spec| {
            let Some(old) = self.specs.iter().find(|old| old.id == spec.id) else {
                outln!("{}: {} has no such bench", spec.id, self.rev);
                return false;
            };
            let mut then = old.contenders[0].clone();
            then.name += &format!(" at {}", self.rev);
            let benches = old.benches().display().to_string();
            then.env.insert("PATH".to_owned(), path.clone());
            then.env.insert("BENCHES".to_owned(), benches);
            spec.contenders.truncate(1);
            spec.contenders.push(then);
            true
        });
        Ok(())
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        let _ = git(&self.root, &["worktree", "remove", "--force", TREE]);
    }
}

fn git(root: &Path, args: &[&str]) -> Result<()> {
    let mut git = Command::new("git");
    let output = git.args(args).current_dir(root).output().context("git")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.trim().lines().last().unwrap_or_default();
    ensure!(output.status.success(), "{last}");
    Ok(())
}

/// Returns the speed of now to the speed of then, a line for each figure: 1.00 is equal, larger is quicker.
pub fn speeds(spec: &Spec, entries: &[Entry]) -> String {
    let mut text = format!("{}: {}", spec.id, spec.title);
    for (name, figures) in compared(spec, entries) {
        let [Some(now), Some(then)] = figures[..] else {
            continue;
        };
        let rate = now.median / then.median;
        let speed = if spec.work.is_some() {
            1.0 / rate
        } else {
            rate
        };
        let is_noise = now.overlaps(then);
        let noise = if is_noise { " (within noise)" } else { "" };
        text += &format!("\n  {speed:.2} {name}{noise}");
    }
    text
}
