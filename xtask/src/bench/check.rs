//! Proof that all contenders do the same work, and do some.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::measure::{run, text};
use super::plan::{Contender, Spec};

/// Compares the work of each contender with that of the first one.
pub struct WorkCheck<'a> {
    spec: &'a Spec,
    folder: &'a Path,
    env: BTreeMap<String, String>,
    /// What lies in the folder before any contender has run.
    inputs: BTreeSet<OsString>,
    /// What the check says of that: of an empty run.
    empty_run: Option<String>,
    /// What the first one has done.
    agreed: Option<String>,
}

impl<'a> WorkCheck<'a> {
    pub fn new(spec: &'a Spec, folder: &'a Path, env: &BTreeMap<String, String>) -> Result<Self> {
        let inputs = names(folder)?;
        let mut env = env.clone();
        env.insert("OUT".to_owned(), "out".to_owned());
        let check = spec.check.as_ref();
        let empty_run = check.and_then(|line| text(line, folder, &env).ok());
        Ok(Self {
            spec,
            folder,
            env,
            inputs,
            empty_run,
            agreed: None,
        })
    }

    /// Runs a contender once, from the inputs alone, and compares what it did.
    pub fn admit(&mut self, contender: &Contender) -> Result<()> {
        for name in names(self.folder)?.difference(&self.inputs) {
            let path = self.folder.join(name);
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            } else {
                fs::remove_file(path)?;
            }
        }
        let first = run(self.spec, contender, self.folder, &self.env)?;
        if self.spec.unchecked.is_some() {
            return Ok(());
        }
        let work = match &self.spec.check {
            Some(line) => text(line, self.folder, &self.env).context("check")?,
            None => first.stdout,
        };
        ensure!(
            !work.trim().is_empty() && self.empty_run.as_ref() != Some(&work),
            "the check sees no work: {work:?} is what it says of an empty run"
        );
        let agreed = self.agreed.get_or_insert_with(|| work.clone());
        let first = &self.spec.contenders[0].name;
        ensure!(
            *agreed == work,
            "does other work than {first}: {work:?} and {agreed:?}"
        );
        Ok(())
    }
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}
