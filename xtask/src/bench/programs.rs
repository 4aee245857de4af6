//! Our side of a bench: release builds, and drivers that are benches of cargo.

use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::Result;

use super::plan::Spec;
use crate::cases::{Crate, Workspace};
use crate::run::cargo;

/// Builds what the benches need; puts each tool into a folder as CRATE, and each driver as CRATE-bench-NAME.
pub fn build_programs(from: &Workspace, specs: &[Spec], args: &[&str], bin: &Path) -> Result<()> {
    let is_needed = |one: &&Crate| specs.iter().any(|spec| spec.crate_name == one.name);
    let crates: Vec<_> = from.crates.iter().filter(is_needed).collect();
    for (name, path) in cargo::build_all(&crates, args)? {
        symlink(path, bin.join(name))?;
    }
    for one in crates {
        let mut benches = one.names("benches").into_iter();
        if !benches.any(|name| name.ends_with(".rs")) {
            continue;
        }
        let drivers = cargo::build(one, &[&["build", "--bench", "*"], args].concat())?;
        for (name, path) in drivers.iter().filter(|(name, _)| *name != one.name) {
            symlink(path, bin.join(format!("{}-bench-{name}", one.name)))?;
        }
    }
    Ok(())
}
