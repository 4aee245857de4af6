//! The workspace as its files describe it: the root, and the crates that have golden cases.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::exit_error::ExitError;

/// The folder above us that has a `[workspace]`.
pub struct Workspace {
    pub root: PathBuf,
    pub crates: Vec<Crate>,
}

/// A member with a `golden/` folder.
pub struct Crate {
    pub name: String,
    pub dir: PathBuf,
    /// Whether it has cargo features, which need a build of their own.
    pub has_features: bool,
}

impl Crate {
    pub fn golden(&self) -> PathBuf {
        self.dir.join("golden")
    }
}

#[derive(Deserialize)]
struct Manifest {
    workspace: Option<Members>,
    package: Option<Package>,
    #[serde(default)]
    features: toml::Table,
}

#[derive(Deserialize)]
struct Members {
    #[serde(default)]
    members: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

impl Workspace {
    /// Reads the workspace that the current directory is in. Cargo is not asked: that would take longer than `list` may.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir()?;
        for root in here.ancestors() {
            let manifest = root.join("Cargo.toml");
            if !manifest.is_file() {
                continue;
            }
            let Some(workspace) = read(&manifest)?.workspace else {
                continue;
            };
            let member = |path| Crate::read(root.join(path)).transpose();
            let crates = workspace
                .members
                .iter()
                .filter_map(member)
                .collect::<Result<_>>()?;
            return Ok(Self {
                root: root.to_owned(),
                crates,
            });
        }
        Err(ExitError::usage(format!(
            "no Cargo.toml with a [workspace] in {} or above",
            here.display()
        ))
        .into())
    }

    pub fn find_crate(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|one| one.name == name)
    }
}

impl Crate {
    fn read(dir: PathBuf) -> Result<Option<Self>> {
        if !dir.join("golden").is_dir() {
            return Ok(None);
        }
        let manifest = read(&dir.join("Cargo.toml"))?;
        let package = manifest
            .package
            .with_context(|| format!("{} has no [package]", dir.display()))?;
        Ok(Some(Self {
            name: package.name,
            dir,
            has_features: !manifest.features.is_empty(),
        }))
    }
}

fn read(path: &Path) -> Result<Manifest> {
    let usage =
        |error: &dyn std::fmt::Display| ExitError::usage(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| usage(&error))?;
    Ok(toml::from_str(&text).map_err(|error| usage(&error))?)
}
