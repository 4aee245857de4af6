//! The workspace as its files describe it: the root, and the crates that have golden cases.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fs_err as fs;
use serde::Deserialize;
use toml::{Table, Value};

use crate::cases::read_toml;
use crate::exit_error::ExitError;

/// The manifest of a workspace, as far as we read it.
#[derive(Deserialize)]
struct Root {
    workspace: Members,
}

/// Which crates belong to the workspace.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Members {
    pub members: Vec<String>,
    pub default_members: Vec<String>,
}

/// The folder above us that has a `[workspace]`.
pub struct Workspace {
    pub root: PathBuf,
    pub crates: Vec<Crate>,
}

/// A member that teaches: it has lessons or golden cases.
pub struct Crate {
    pub name: String,
    /// The folder of the workspace.
    pub root: PathBuf,
    pub dir: PathBuf,
    pub manifest: Table,
}

impl Members {
    /// Reads the manifest of the workspace in this folder.
    pub fn read(root: &Path) -> Result<Self> {
        Ok(read_toml::<Root>(&root.join("Cargo.toml"))?.workspace)
    }
}

impl Workspace {
    /// Reads the workspace that the current directory is in. Cargo is not asked: that would take longer than `list` may.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir()?;
        for root in here.ancestors() {
            let file = root.join("Cargo.toml");
            if file.is_file() && read_toml::<Table>(&file)?.contains_key("workspace") {
                return Self::at(root);
            }
        }
        let here = here.display();
        let text = format!("no Cargo.toml with a [workspace] in {here} or above");
        bail!(ExitError::Usage(text))
    }

    /// Reads the workspace in this folder.
    pub fn at(root: &Path) -> Result<Self> {
        let mut crates = Vec::new();
        for member in Members::read(root)?.members {
            let dir = root.join(member);
            if dir.join("golden").is_dir() || dir.join("examples").is_dir() {
                crates.push(Crate::read(root, dir)?);
            }
        }
        let root = root.to_owned();
        Ok(Self { root, crates })
    }

    pub fn find_crate(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|one| one.name == name)
    }
}

impl Crate {
    fn read(root: &Path, dir: PathBuf) -> Result<Self> {
        let file = dir.join("Cargo.toml");
        let manifest: Table = read_toml(&file)?;
        let name = manifest
            .get("package")
            .and_then(|it| it.get("name")?.as_str());
        let unnamed = || ExitError::Usage(format!("{}: no package.name", file.display()));
        Ok(Self {
            name: name.with_context(unnamed)?.to_owned(),
            root: root.to_owned(),
            dir,
            manifest,
        })
    }

    /// Returns a table of its manifest, empty if it is not there.
    pub fn table(&self, name: &str) -> Table {
        let table = self.manifest.get(name).and_then(Value::as_table);
        table.cloned().unwrap_or_default()
    }

    pub fn has_library(&self) -> bool {
        self.dir.join("src/lib.rs").is_file()
    }

    /// Returns the names of what is in one of its folders, if it has the folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.dir.join(folder)).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut names = Vec::from_iter(names.map(|name| name.to_string_lossy().into_owned()));
        names.sort();
        names
    }

    /// Returns the parts that a copier may leave out: features with a folder of their own.
    pub fn parts(&self) -> impl Iterator<Item = String> {
        let is_part = |name: &String| name != "cli" && self.dir.join("src").join(name).is_dir();
        let names = self.table("features").into_iter().map(|(name, _)| name);
        names.filter(is_part)
    }

    /// Returns whether it has features that its tool, and so the default, does not turn on.
    pub fn has_more_features(&self) -> bool {
        let features = self.table("features");
        let of_tool = features.get("cli").and_then(Value::as_array);
        let mut known = vec!["default", "cli"];
        known.extend(of_tool.into_iter().flatten().filter_map(Value::as_str));
        features.keys().any(|name| !known.contains(&name.as_str()))
    }
}

/// Returns every dependency of a manifest, of all kinds and for all targets.
pub fn dependencies(manifest: &Table) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (key, value) in manifest {
        match value.as_table() {
            Some(table) if key.ends_with("dependencies") => {
                found.extend(table.iter().map(|(name, wanted)| (name.as_str(), wanted)));
            }
            Some(table) => found.extend(dependencies(table)),
            None => {}
        }
    }
    found
}
