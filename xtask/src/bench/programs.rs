//! Our side of a bench: release builds, and drivers that are benches of cargo.

use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::Result;

use super::plan::Spec;
use crate::cases::{Crate, Workspace, known_files};
use crate::run::cargo;

/// Builds what the benches need; puts each tool into a folder as CRATE, and each driver as CRATE-bench-NAME.
pub fn build_programs(
    workspace: &Workspace,
    specs: &[Spec],
    profile: &[&str],
    bin: &Path,
) -> Result<()> {
    let is_needed = |one: &&Crate| specs.iter().any(|spec| spec.krate == one.name);
    let crates: Vec<_> = workspace.crates.iter().filter(is_needed).collect();
    for (name, path) in cargo::build_all(&workspace.root, &crates, profile)? {
        symlink(path, bin.join(name))?;
    }
    for one in crates {
        let files = known_files(&one.dir.join("benches"))?;
        if !files
            .iter()
            .any(|file| file.extension().is_some_and(|end| end == "rs"))
        {
            continue;
        }
        let args = [&["build", "--bench", "*"], profile].concat();
        for (name, path) in cargo::build(&workspace.root, one, &args)? {
            if name != one.name {
                symlink(path, bin.join(format!("{}-bench-{name}", one.name)))?;
            }
        }
    }
    Ok(())
}
