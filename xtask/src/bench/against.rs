//! `bench --against REV`: ours beside ours of an earlier commit, in turn, so that a change is not slower by accident.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use super::figures::compared;
use super::measure::Entry;
use super::plan::Spec;
use super::programs::build_programs;
use crate::cases::Workspace;
use crate::exit_error::ExitError;
use crate::run::path_with;

/// The benches and the programs of an earlier commit.
pub struct Earlier {
    rev: String,
    specs: Vec<Spec>,
    programs: TempDir,
    /// Its files, which the benches may read.
    _tree: TempDir,
}

impl Earlier {
    /// Unpacks the commit and builds what these benches need.
    pub fn build(root: &Path, rev: &str, specs: &[Spec]) -> Result<Self> {
        let tree = tempfile::tempdir()?;
        let mut shell = Command::new("sh");
        let unpack = r#"git archive "$0^{commit}" --output="$1/tar" && tar -xf "$1/tar" -C "$1""#;
        shell.args(["-c", unpack, rev]).arg(tree.path());
        shell.current_dir(root);
        let output = shell.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let wrong = format!("{rev}: {}", said.trim());
        ensure!(output.status.success(), ExitError::Usage(wrong));
        let then = Workspace::at(tree.path())?;
        let is_wanted = |id: &str| specs.iter().any(|spec| spec.id == id);
        let mut old = Vec::new();
        for one in &then.crates {
            old.extend(Spec::read_all(one, is_wanted)?);
        }
        // What was built is kept for the next time.
        let target = root.join("target/against-build").display().to_string();
        let programs = tempfile::tempdir()?;
        let profile = ["--release", "--target-dir", &target];
        build_programs(&then, specs, &profile, programs.path())?;
        Ok(Self {
            rev: rev.to_owned(),
            specs: old,
            programs,
            _tree: tree,
        })
    }

    /// Makes ours now and ours then the contenders of each bench that both have.
    pub fn replace_contenders(&self, specs: &mut Vec<Spec>) -> Result<()> {
        let path = path_with(self.programs.path())?;
        specs.retain_mut(|spec| {
            let Some(old) = self.specs.iter().find(|old| old.id == spec.id) else {
                outln!("{}: {} has no such bench", spec.id, self.rev);
                return false;
            };
            let mut then = old.contenders[0].clone();
            then.name += &format!(" at {}", self.rev);
            let benches = old.benches().display().to_string();
            then.env.insert("PATH", path.clone());
            then.env.insert("BENCHES", benches);
            spec.contenders.truncate(1);
            spec.contenders.push(then);
            true
        });
        Ok(())
    }
}

/// Returns the speed of now to the speed of then, a line for each figure: 1.00 is equal, larger is quicker.
pub fn speeds(spec: &Spec, entries: &[Entry]) -> String {
    let mut text = format!("{}: {}", spec.id, spec.title);
    let is_time = spec.work.is_some();
    let count = if is_time { 1 } else { usize::MAX };
    for (name, figures) in compared(entries).into_iter().take(count) {
        let [Some(now), Some(then)] = figures[..] else {
            continue;
        };
        let rate = now.median / then.median;
        let speed = if is_time { 1.0 / rate } else { rate };
        let is_noise = now.overlaps(then);
        let noise = if is_noise { " (within noise)" } else { "" };
        text += &format!("\n  {speed:.2} {name}{noise}");
    }
    text
}
