//! Proof that all contenders do the same work, and do some.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use super::measure::run;
use super::plan::{Contender, Spec};
use super::shell::Shell;
use crate::run::remove;

/// Compares the work of each contender with that of the first one.
pub struct WorkCheck<'a> {
    spec: &'a Spec,
    shell: Shell,
    /// What lies in the folder before any contender has run.
    inputs: BTreeSet<OsString>,
    /// What the check says of that: of an empty run.
    empty_run: Option<String>,
    /// What the first one has done.
    agreed: Option<String>,
}

impl<'a> WorkCheck<'a> {
    pub fn new(spec: &'a Spec, shell: &Shell) -> Result<Self> {
        let shell = shell.with("OUT", "out");
        let inputs = names(&shell.folder)?;
        let check = spec.check.as_ref();
        Ok(Self {
            empty_run: check.and_then(|line| shell.text(line).ok()),
            agreed: None,
            spec,
            shell,
            inputs,
        })
    }

    /// Runs a contender once, from the inputs alone, and compares what it did.
    pub fn admit(&mut self, contender: &Contender) -> Result<()> {
        let (spec, shell) = (self.spec, &self.shell);
        for name in names(&shell.folder)?.difference(&self.inputs) {
            remove(&shell.folder.join(name))?;
        }
        let ran = run(spec, contender, shell)?;
        if spec.unchecked.is_some() {
            return Ok(());
        }
        let work = match &spec.check {
            Some(line) => shell.text(line).context("check")?,
            None => ran.stdout,
        };
        let is_work = !work.trim().is_empty() && self.empty_run.as_ref() != Some(&work);
        let none = "the check sees no work: an empty run is";
        ensure!(is_work, "{none} {work:?} too");
        let agreed = self.agreed.get_or_insert_with(|| work.clone());
        let is_same = *agreed == work || contender.is_earlier && has_same_lines(agreed, &work);
        let other = format!("does other work than {}", spec.contenders[0].name);
        ensure!(is_same, "{other}: {work:?}, {agreed:?}");
        Ok(())
    }
}

/// Returns whether lines `NAME RESULT` that both texts have by name, at least one, have the same result.
fn has_same_lines(a: &str, b: &str) -> bool {
    let results = |text| -> BTreeMap<_, _> {
        str::lines(text)
            .filter_map(|line| line.rsplit_once(' '))
            .collect()
    };
    let (a, b) = (results(a), results(b));
    let mut shared = a
        .iter()
        .filter(|(name, _)| b.contains_key(*name))
        .peekable();
    shared.peek().is_some() && shared.all(|(name, result)| b[name] == *result)
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.file_name())).collect()
}
