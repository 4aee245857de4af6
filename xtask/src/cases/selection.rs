//! What the filters of a command line choose.

use anyhow::Result;

use crate::cases::console::{self, Block};
use crate::cases::find::{self, Case, check_shares};
use crate::cases::workspace::{Crate, Workspace};
use crate::exit_error::ExitError;
use crate::judge::verdict::Verdict;

/// All cases and blocks whose id contains one of the filters; no filter chooses everything.
pub struct Selection<'a> {
    pub cases: Vec<Case>,
    pub blocks: Vec<Block>,
    pub faults: Vec<Verdict>,
    /// The crates that are chosen by their name, so with everything that belongs to them.
    pub whole: Vec<&'a Crate>,
    /// The crates whose executables all these need.
    pub needed: Vec<&'a Crate>,
}

impl<'a> Selection<'a> {
    /// Reads the files of all crates and keeps what is chosen.
    ///
    /// # Errors
    ///
    /// [`ExitError::nothing_matched`] if that is nothing, [`ExitError::usage`] for a file that cannot be understood.
    pub fn read(workspace: &'a Workspace, filters: &[String]) -> Result<Self> {
        let chosen = |id: &str| {
            filters.is_empty() || filters.iter().any(|filter| id.contains(filter.as_str()))
        };
        let (mut cases, mut faults) = (Vec::new(), Vec::new());
        for one in &workspace.crates {
            let golden = find::read_all(one)?;
            cases.extend(golden.0);
            faults.extend(golden.1);
        }
        if filters.is_empty() {
            faults.extend(check_shares(&cases));
        }
        let mut blocks = console::read_all(workspace)?;
        cases.retain(|case| chosen(&case.id));
        faults.retain(|fault| chosen(&fault.id));
        blocks.retain(|block| chosen(&block.id));
        let whole: Vec<_> = workspace
            .crates
            .iter()
            .filter(|one| chosen(&one.name))
            .collect();
        if cases.is_empty() && blocks.is_empty() && faults.is_empty() && whole.is_empty() {
            return Err(ExitError::nothing_matched(&filters.join(" ")).into());
        }
        let mut names: Vec<_> = cases.iter().map(|case| &case.krate).collect();
        names.extend(
            blocks
                .iter()
                .flat_map(|block| &block.commands)
                .map(|call| &call.krate),
        );
        names.extend(whole.iter().map(|one| &one.name));
        let needed = workspace
            .crates
            .iter()
            .filter(|one| names.contains(&&one.name))
            .collect();
        Ok(Self {
            cases,
            blocks,
            faults,
            whole,
            needed,
        })
    }
}
