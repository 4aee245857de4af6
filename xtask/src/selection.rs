//! What the filters of a command line choose.

use anyhow::Result;

use crate::case::{Case, Fault, Golden};
use crate::readme::{self, Block};
use crate::stop::Stop;
use crate::workspace::{Crate, Workspace};

/// All cases and blocks whose id contains one of the filters; no filter chooses everything.
pub struct Selection<'a> {
    pub cases: Vec<Case>,
    pub blocks: Vec<Block>,
    pub faults: Vec<Fault>,
    /// The crates that are chosen by their name, so with everything that belongs to them.
    pub whole: Vec<&'a Crate>,
    pub everything: bool,
}

impl<'a> Selection<'a> {
    /// Reads the files of all crates and keeps what is chosen.
    ///
    /// # Errors
    ///
    /// [`Stop::NothingMatched`] if that is nothing, [`Stop::Usage`] for a file that cannot be understood.
    pub fn read(workspace: &'a Workspace, filters: &[String]) -> Result<Self> {
        let chosen = |id: &str| {
            filters.is_empty() || filters.iter().any(|filter| id.contains(filter.as_str()))
        };
        let whole = workspace
            .crates
            .iter()
            .filter(|one| chosen(&one.name))
            .collect();
        let mut selection = Self {
            cases: Vec::new(),
            blocks: Vec::new(),
            faults: Vec::new(),
            whole,
            everything: filters.is_empty(),
        };
        for one in &workspace.crates {
            let golden = Golden::read(workspace, one)?;
            selection
                .cases
                .extend(golden.cases.into_iter().filter(|case| chosen(&case.id)));
            selection
                .faults
                .extend(golden.faults.into_iter().filter(|fault| chosen(&fault.id)));
        }
        selection.blocks = readme::read_all(workspace)?;
        selection.blocks.retain(|block| chosen(&block.id));
        if selection.is_empty() {
            return Err(Stop::NothingMatched.into());
        }
        Ok(selection)
    }

    fn is_empty(&self) -> bool {
        self.cases.is_empty()
            && self.blocks.is_empty()
            && self.faults.is_empty()
            && self.whole.is_empty()
    }

    /// The crates whose executables the chosen ones need.
    pub fn needed<'w>(&self, workspace: &'w Workspace) -> Vec<&'w Crate> {
        let mut names: Vec<_> = self.cases.iter().map(|case| &case.krate).collect();
        names.extend(
            self.blocks
                .iter()
                .flat_map(|block| &block.commands)
                .map(|call| &call.krate),
        );
        names.extend(self.whole.iter().map(|one| &one.name));
        workspace
            .crates
            .iter()
            .filter(|one| names.contains(&&one.name))
            .collect()
    }
}
