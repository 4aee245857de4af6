//! What the command line chooses: ids, crates, or a part of an id.

use anyhow::{Result, bail};

use crate::cases::find::check_shares;
use crate::cases::{Block, Case, Crate, Fault, Workspace};
use crate::exit_error::ExitError;

/// Which cases a verb is for; none of both means all.
#[derive(clap::Args)]
pub struct Choice {
    /// Only these: CRATE/NAME is that one, CRATE or CRATE/ all of a crate; `list` shows them
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only what has TEXT in its id
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
}

impl Choice {
    fn is_all(&self) -> bool {
        self.ids.is_empty() && self.matching.is_none()
    }

    fn has(&self, id: &str) -> bool {
        self.is_all()
            || self.ids.iter().any(|name| means(name, id))
            || self.matching.as_ref().is_some_and(|text| id.contains(text))
    }

    /// Returns the error for a choice that nothing answers to.
    pub fn nothing_matched(&self) -> ExitError {
        let names: Vec<_> = self.ids.iter().chain(&self.matching).cloned().collect();
        ExitError::nothing_matched(&names.join(" "))
    }
}

/// Returns whether a name on the command line means this id: it is the id, or the crate that it is in.
fn means(name: &str, id: &str) -> bool {
    let krate = id.split_once('/').map(|(krate, _)| krate);
    name == id || krate == Some(name.trim_end_matches('/'))
}

/// All cases and blocks that were chosen.
pub struct Selection<'a> {
    pub cases: Vec<Case>,
    pub blocks: Vec<Block>,
    pub faults: Vec<Fault>,
    /// The crates whose own tests were chosen: as `CRATE/cargo-test`, or with all of the crate.
    pub tested: Vec<&'a Crate>,
    /// The crates whose executables all these need.
    pub needed: Vec<&'a Crate>,
}

impl<'a> Selection<'a> {
    /// Reads the files of all crates and keeps what is chosen.
    ///
    /// # Errors
    ///
    /// [`ExitError::nothing_matched`] if one of the names chooses nothing, [`ExitError::usage`] for a file that cannot be understood.
    pub fn read(workspace: &'a Workspace, choice: &Choice) -> Result<Self> {
        let (mut cases, mut faults) = (Vec::new(), Vec::new());
        for one in &workspace.crates {
            cases.extend(super::find::read_all(one, &mut faults)?);
        }
        if choice.is_all() {
            faults.extend(check_shares(&cases));
        }
        let mut blocks = super::console::read_all(workspace)?;
        let mut tested: Vec<_> = workspace.crates.iter().collect();
        let test_id = |one: &Crate| format!("{}/cargo-test", one.name);
        let mut known: Vec<String> = tested.iter().map(|one| test_id(one)).collect();
        known.extend(cases.iter().map(|case| case.id.clone()));
        known.extend(blocks.iter().map(|block| block.id.clone()));
        known.extend(faults.iter().map(|fault| fault.id.clone()));
        for name in &choice.ids {
            if !known.iter().any(|id| means(name, id)) {
                bail!(ExitError::nothing_matched(name));
            }
        }
        if !known.iter().any(|id| choice.has(id)) {
            bail!(choice.nothing_matched());
        }
        cases.retain(|case| choice.has(&case.id));
        faults.retain(|fault| choice.has(&fault.id));
        blocks.retain(|block| choice.has(&block.id));
        tested.retain(|one| choice.has(&test_id(one)));
        let mut names: Vec<_> = cases.iter().map(|case| &case.krate).collect();
        names.extend(blocks.iter().flat_map(|block| &block.crates));
        names.extend(tested.iter().map(|one| &one.name));
        let all = workspace.crates.iter();
        let needed = all.filter(|one| names.contains(&&one.name)).collect();
        Ok(Self {
            cases,
            blocks,
            faults,
            tested,
            needed,
        })
    }
}
