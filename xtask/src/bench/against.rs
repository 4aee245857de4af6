//! `bench --against REV`: ours beside ours of an earlier commit, in turn, so that a change is not slower by accident.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::plan::{Contender, Spec};
use super::table::{Figure, rates};
use super::{Entry, path_with, programs};
use crate::cases::workspace::Workspace;
use crate::exit_error::ExitError;

/// The programs of an earlier commit, in a work tree that is removed with this.
pub struct Earlier {
    root: PathBuf,
    tree: PathBuf,
    _bin: TempDir,
}

impl Earlier {
    /// Builds the commit, and makes ours now and ours then the contenders of each bench that both have.
    pub fn build(workspace: &Workspace, rev: &str, specs: &mut Vec<Spec>) -> Result<Self> {
        let tree = workspace.root.join("target/against");
        let root = workspace.root.clone();
        // What an interrupted run may have left.
        let _ = git(&root, &["worktree", "remove", "--force", "target/against"]);
        git(
            &root,
            &[
                "worktree",
                "add",
                "--force",
                "--detach",
                "target/against",
                rev,
            ],
        )
        .map_err(|error| ExitError::usage(format!("{rev}: {error:#}")))?;
        let mut earlier = Self {
            root,
            tree,
            _bin: tempfile::tempdir()?,
        };
        let then = Workspace::at(&earlier.tree)?;
        let needed = then
            .crates
            .iter()
            .filter(|one| specs.iter().any(|spec| spec.krate == one.name));
        // A folder beside it keeps what was built for the next time.
        let profile = ["--release", "--target-dir", "../against-build"];
        earlier._bin = programs(&earlier.tree, &needed.collect::<Vec<_>>(), &profile)?;
        let mut before = Vec::new();
        for one in &then.crates {
            before.extend(Spec::read_all(one, |id| {
                specs.iter().any(|spec| spec.id == id)
            })?);
        }
        let path = path_with(earlier._bin.path())?;
        specs.retain_mut(|spec| {
            let Some(old) = before.iter_mut().find(|old| old.id == spec.id) else {
                outln!("{}: {rev} has no such bench", spec.id);
                return false;
            };
            let benches = old.file.parent().map(|folder| folder.display().to_string());
            let mut then = old.contenders.swap_remove(0);
            then.env.insert("PATH".to_owned(), path.clone());
            then.env
                .insert("BENCHES".to_owned(), benches.unwrap_or_default());
            spec.contenders.truncate(1);
            spec.contenders.push(Contender {
                name: format!("{} at {rev}", then.name),
                ..then
            });
            true
        });
        Ok(earlier)
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        let _ = git(
            &self.root,
            &["worktree", "remove", "--force", "target/against"],
        );
    }
}

fn git(root: &Path, args: &[&str]) -> Result<()> {
    let output = Command::new("git")
        .args(args)
        .current_dir(root)
        .output()
        .context("git")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}",
        said.trim().lines().last().unwrap_or_default()
    );
    Ok(())
}

/// The speed of now to the speed of then, a line for each figure: 1.00 is equal, larger is quicker.
pub fn speeds(spec: &Spec, entries: &[Entry]) -> String {
    let mut text = format!("{}: {}", spec.id, spec.title);
    let mut row = |name: &str, now: Figure, then: Figure, speed: f64| {
        let noise = if now.overlaps(then) {
            " (within noise)"
        } else {
            ""
        };
        let _ = write!(text, "\n  {speed:.2} {name}{noise}");
    };
    if spec.work.is_some() {
        let wall =
            |entry: &Entry| Figure::of(entry.runs().iter().map(|run| run.wall.as_secs_f64()));
        if let (Some(now), Some(then)) = (wall(&entries[0]), wall(&entries[1])) {
            row("time", now, then, then.median / now.median);
        }
    } else {
        for (name, figures) in rates(entries) {
            if let [Some(now), Some(then)] = figures[..] {
                row(&name, now, then, now.median / then.median);
            }
        }
    }
    text
}
