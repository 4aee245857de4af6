//! What the command line chooses: ids, crates, or a part of an id.

use anyhow::{Result, ensure};

use crate::cases::find::check_shares;
use crate::cases::{Block, Case, Crate, Fault, Workspace, console, find};
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
        ExitError::NothingMatched(names.join(" "))
    }
}

/// Returns whether a name on the command line means this id: it is the id, or the crate that it is in.
fn means(name: &str, id: &str) -> bool {
    let krate = id.split_once('/').map(|(krate, _)| krate);
    name == id || krate == Some(name.trim_end_matches('/'))
}

/// One thing that has an id.
pub enum Unit<'a> {
    /// The crate's own tests: `CRATE/cargo-test`.
    Tests(&'a Crate),
    Case(Box<Case>),
    Block(Block),
    Fault(Fault),
}

impl Unit<'_> {
    pub fn id(&self) -> String {
        match self {
            Self::Tests(one) => format!("{}/cargo-test", one.name),
            Self::Case(case) => case.id.clone(),
            Self::Block(block) => block.id.clone(),
            Self::Fault(fault) => fault.id.clone(),
        }
    }

    fn needs(&self, krate: &String) -> bool {
        match self {
            Self::Tests(one) => one.name == *krate,
            Self::Case(case) => case.krate == *krate,
            Self::Block(block) => block.crates.contains(krate),
            Self::Fault(_) => false,
        }
    }
}

/// What was chosen, in reading order.
pub struct Selection<'a> {
    pub units: Vec<Unit<'a>>,
    /// The crates whose executables all these need.
    pub needed: Vec<&'a Crate>,
}

impl<'a> Selection<'a> {
    /// Reads the files of all crates and keeps what is chosen.
    ///
    /// # Errors
    ///
    /// [`ExitError::NothingMatched`] if one of the names chooses nothing, [`ExitError::Usage`] for a file that cannot be understood.
    pub fn read(workspace: &'a Workspace, choice: &Choice) -> Result<Self> {
        let (mut cases, mut faults) = (Vec::new(), Vec::new());
        for one in &workspace.crates {
            cases.extend(find::read_all(one, &mut faults)?);
        }
        if choice.is_all() {
            faults.extend(check_shares(&cases));
        }
        let mut units: Vec<_> = faults.into_iter().map(Unit::Fault).collect();
        units.extend(workspace.crates.iter().map(Unit::Tests));
        units.extend(cases.into_iter().map(Box::new).map(Unit::Case));
        units.extend(console::read_all(workspace)?.into_iter().map(Unit::Block));
        for name in &choice.ids {
            let is_known = units.iter().any(|unit| means(name, &unit.id()));
            ensure!(is_known, ExitError::NothingMatched(name.to_owned()));
        }
        units.retain(|unit| choice.has(&unit.id()));
        ensure!(!units.is_empty(), choice.nothing_matched());
        let is_needed = |one: &&Crate| units.iter().any(|unit| unit.needs(&one.name));
        let needed = workspace.crates.iter().filter(is_needed).collect();
        Ok(Self { units, needed })
    }

    pub fn cases(&self) -> impl Iterator<Item = &Case> + Clone {
        self.units.iter().filter_map(|unit| match unit {
            Unit::Case(case) => Some(case.as_ref()),
            _ => None,
        })
    }

    pub fn blocks(&self) -> impl DoubleEndedIterator<Item = &Block> {
        self.units.iter().filter_map(|unit| match unit {
            Unit::Block(block) => Some(block),
            _ => None,
        })
    }
}
