//! The workspace as its files describe it: the root, and the crates that have golden cases.

use std::collections::{BTreeMap, BTreeSet};
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

/// A member that teaches: it has lessons or golden cases.
pub struct Crate {
    pub name: String,
    pub dir: PathBuf,
    /// Its cargo features, by name.
    pub features: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Manifest {
    workspace: Option<Members>,
    package: Option<Package>,
    #[serde(default)]
    features: BTreeMap<String, Vec<String>>,
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
        for root in here
            .ancestors()
            .filter(|root| root.join("Cargo.toml").is_file())
        {
            if read(&root.join("Cargo.toml"))?.workspace.is_some() {
                return Self::at(root);
            }
        }
        let here = here.display();
        Err(ExitError::usage(format!(
            "no Cargo.toml with a [workspace] in {here} or above"
        ))
        .into())
    }

    /// Reads the workspace in this folder.
    pub fn at(root: &Path) -> Result<Self> {
        let members = read(&root.join("Cargo.toml"))?
            .workspace
            .map_or(Vec::new(), |workspace| workspace.members);
        let member = |path| Crate::read(root.join(path)).transpose();
        let crates = members.iter().filter_map(member).collect::<Result<_>>()?;
        Ok(Self {
            root: root.to_owned(),
            crates,
        })
    }

    pub fn find_crate(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|one| one.name == name)
    }
}

impl Crate {
    /// The parts that a copier may leave out: features with a folder of their own.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let is_part = |name: &&str| *name != "cli" && self.dir.join("src").join(name).is_dir();
        self.features.keys().map(String::as_str).filter(is_part)
    }

    /// Whether it has features that the default ones do not turn on.
    pub fn has_more_features(&self) -> bool {
        let mut on = BTreeSet::from(["default"]);
        loop {
            let known = on.len();
            let more: Vec<_> = on
                .iter()
                .filter_map(|name| self.features.get(*name))
                .flatten()
                .collect();
            on.extend(more.into_iter().map(String::as_str));
            if on.len() == known {
                return self.features.keys().any(|name| !on.contains(name.as_str()));
            }
        }
    }

    fn read(dir: PathBuf) -> Result<Option<Self>> {
        if !dir.join("golden").is_dir() && !dir.join("examples").is_dir() {
            return Ok(None);
        }
        let manifest = read(&dir.join("Cargo.toml"))?;
        let package = manifest
            .package
            .with_context(|| format!("{} has no [package]", dir.display()))?;
        Ok(Some(Self {
            name: package.name,
            dir,
            features: manifest.features,
        }))
    }
}

fn read(path: &Path) -> Result<Manifest> {
    let usage =
        |error: &dyn std::fmt::Display| ExitError::usage(format!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| usage(&error))?;
    Ok(toml::from_str(&text).map_err(|error| usage(&error))?)
}
