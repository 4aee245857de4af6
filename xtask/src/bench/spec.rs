//! `CRATE/benches/NAME.toml`: who competes, on what, and how equal work is proved.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::stop::Stop;
use crate::workspace::Crate;

/// A bench as written, and where it stands. All lines are for `sh` and run in one folder in memory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    #[serde(skip)]
    pub id: String,
    #[serde(skip)]
    pub krate: String,
    #[serde(skip)]
    pub file: PathBuf,
    /// What is done, for the reader of the table.
    pub title: String,
    /// Makes the input files, once; `$MIB` is how large they should be.
    pub input: Option<String>,
    /// Runs before each run and is not timed: removes what the last one wrote.
    pub before: Option<String>,
    /// Prints what must be the same after each contender's run; without it, what the contender printed must be.
    pub check: Option<String>,
    /// Why equal work cannot be checked from outside.
    pub unchecked: Option<String>,
    /// A number worth a column of its own, such as the size of the output.
    pub also: Option<Also>,
    /// How much one run does, and of what: `{ amount = 268.4, of = "MB" }`. Without it, contenders print lines `NAME RATE`.
    pub work: Option<Work>,
    /// What the rates are, where contenders print them.
    #[serde(default)]
    pub unit: String,
    /// The first one is ours.
    #[serde(rename = "contender")]
    pub contenders: Vec<Contender>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    pub amount: f64,
    pub of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    pub name: String,
    pub run: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contender {
    pub name: String,
    /// What is timed; begin it with `exec` where the shell would only wait.
    pub run: String,
    /// A program that must be there, or "node" for a Node that we know.
    pub needs: Option<String>,
    /// A server to be started first and ended afterwards.
    pub serve: Option<Serve>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    pub run: String,
    /// What it prints when it is ready; the first group is the port, `$PORT` for the driver.
    pub ready: String,
    /// How many requests the driver says it made; the first group is the number.
    pub requests: String,
    /// How many a second; the first group is the number.
    pub rate: String,
}

impl Spec {
    /// The benches of one crate, by name.
    pub fn read_all(one: &Crate) -> Result<Vec<Self>> {
        let mut files: Vec<PathBuf> = fs::read_dir(one.dir.join("benches"))
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .collect();
        files.sort();
        files
            .into_iter()
            .map(|file| Self::read(one, file))
            .collect()
    }

    fn read(one: &Crate, file: PathBuf) -> Result<Self> {
        let wrong =
            |error: &dyn std::fmt::Display| Stop::usage(format!("{}: {error}", file.display()));
        let mut spec: Self =
            toml::from_str(&fs::read_to_string(&file)?).map_err(|error| wrong(&error))?;
        spec.complete().map_err(|error| wrong(&error))?;
        spec.krate.clone_from(&one.name);
        spec.id = format!(
            "{}/{}",
            one.name,
            file.file_stem().unwrap_or_default().display()
        );
        spec.file = file;
        Ok(spec)
    }

    fn complete(&self) -> Result<()> {
        ensure!(
            self.contenders.len() > 1,
            "a bench needs ours and at least one peer"
        );
        ensure!(
            self.check.is_none() || self.unchecked.is_none(),
            "either `check` or `unchecked = \"why\"`"
        );
        ensure!(
            self.work.is_some() || !self.unit.is_empty(),
            "either `work` or `unit`"
        );
        Ok(())
    }
}

impl Contender {
    /// What is not there and should be.
    pub fn missing(&self, env: &BTreeMap<String, String>) -> Option<String> {
        let program = self.needs.as_deref()?;
        let there = match program {
            "node" => env.contains_key("NODE"),
            other => std::env::split_paths(&env["PATH"]).any(|folder| folder.join(other).is_file()),
        };
        (!there).then(|| format!("{program} is not installed"))
    }
}
