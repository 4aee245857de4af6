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

/// Makes ours now and ours at an earlier commit the contenders of each bench that both have.
///
/// Returns the folders that they need: the files of that commit, which benches may read, and its programs.
pub fn replace_contenders(root: &Path, rev: &str, specs: &mut Vec<Spec>) -> Result<[TempDir; 2]> {
    let (tree, programs) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let mut shell = Command::new("sh");
    let unpack = r#"git archive "$0^{commit}" --output="$1/tar" && tar -xf "$1/tar" -C "$1""#;
    shell.args(["-c", unpack, rev]).arg(tree.path());
    let output = shell.current_dir(root).output()?;
    let wrong = format!("{rev}: {}", String::from_utf8_lossy(&output.stderr).trim());
    ensure!(output.status.success(), ExitError::Usage(wrong));
    let earlier = Workspace::at(tree.path())?;
    let mut old = Vec::new();
    for one in &earlier.crates {
        let is_wanted = |id: &str| specs.iter().any(|spec| spec.id == id);
        old.extend(Spec::read_all(one, is_wanted)?);
    }
    // What was built is kept for the next time.
    let target = root.join("target/against-build").display().to_string();
    let profile = ["--release", "--target-dir", &target];
    build_programs(&earlier, specs, &profile, programs.path())?;
    let path = path_with(programs.path());
    specs.retain_mut(|spec| {
        let Some(old) = old.iter().find(|old| old.id == spec.id) else {
            outln!("{}: {rev} has no such bench", spec.id);
            return false;
        };
        let mut then = old.contenders[0].clone();
        then.name += &format!(" at {rev}");
        then.is_earlier = true;
        let benches = old.benches().display().to_string();
        then.env
            .extend([("PATH", path.clone()), ("BENCHES", benches)]);
        spec.contenders.truncate(1);
        spec.contenders.push(then);
        true
    });
    Ok([tree, programs])
}

/// Returns the speed of now to the speed of then, a line for each figure: 1.00 is equal, larger is quicker.
pub fn speeds(spec: &Spec, entries: &[Entry]) -> String {
    let mut text = format!("{}: {}", spec.id, spec.title);
    let count = if spec.work.is_some() { 1 } else { usize::MAX };
    for (name, figures) in compared(entries).into_iter().take(count) {
        if let [Some(now), Some(then)] = figures[..] {
            let speed = spec.advantage(now.median, then.median);
            let is_noise = now.overlaps(then);
            let noise = if is_noise { " (within noise)" } else { "" };
            text += &format!("\n  {speed:.2} {name}{noise}");
        }
    }
    text
}
