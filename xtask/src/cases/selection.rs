//! What the command line chooses: ids, crates, or a part of an id.

use anyhow::{Result, ensure};

use crate::cases::find::check_shares;
use crate::cases::{Block, Case, CaseError, Crate, Workspace, console, find};
use crate::exit_error::ExitError;

/// Which cases a verb is for; none of both means all.
#[derive(clap::Args, Default)]
pub struct Choice {
    /// Only these: CRATE/NAME is that one, CRATE or CRATE/ all of a crate; `list` shows them
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only what has TEXT in its id; with IDs, what either chooses
    #[arg(long = "match", value_name = "TEXT")]
    matching: Option<String>,
}

/// Returns whether a name on the command line means an id.
type Meaning = fn(&str, &str) -> bool;

impl Choice {
    /// Returns each name with what finds out whether an id is meant.
    fn names(&self) -> impl Iterator<Item = (&String, Meaning)> {
        let ids = self.ids.iter().map(|name| (name, means as Meaning));
        let has: Meaning = |text, id| id.contains(text);
        ids.chain(self.matching.iter().map(move |text| (text, has)))
    }

    /// Returns it as it stands on the command line.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let matching = self.matching.iter().flat_map(|text| ["--match", text]);
        matching.chain(self.ids.iter().map(String::as_str))
    }

    pub fn has(&self, id: &str) -> bool {
        let is_all = self.names().next().is_none();
        is_all || self.names().any(|(name, means)| means(name, id))
    }

    /// Refuses a choice with a name that means none of these ids, and one of nothing at all.
    pub fn check(&self, ids: &[String]) -> Result<()> {
        for (name, means) in self.names() {
            let is_known = ids.iter().any(|id| means(name, id));
            ensure!(is_known, ExitError::NothingMatched(name.to_owned()));
        }
        ensure!(!ids.is_empty(), ExitError::NothingMatched(String::new()));
        Ok(())
    }
}

/// Returns whether a name on the command line means this id: it is the id, or the crate that it is in.
fn means(name: &str, id: &str) -> bool {
    let crate_name = id.split_once('/').map(|(crate_name, _)| crate_name);
    name == id || crate_name == Some(name.trim_end_matches('/'))
}

/// One thing that has an id.
pub enum Item<'a> {
    /// The crate's own tests: `CRATE/cargo-test`.
    Tests(&'a Crate),
    Case(Box<Case>),
    Block(Block),
    Error(CaseError),
}

impl Item<'_> {
    pub fn id(&self) -> String {
        match self {
            Self::Tests(one) => format!("{}/cargo-test", one.name),
            Self::Case(case) => case.id.clone(),
            Self::Block(block) => block.id.clone(),
            Self::Error(error) => error.id.clone(),
        }
    }

    pub fn is_tests(&self) -> bool {
        matches!(self, Self::Tests(_))
    }

    fn needs(&self, crate_name: &String) -> bool {
        match self {
            Self::Tests(one) => one.name == *crate_name,
            Self::Case(case) => case.crate_name == *crate_name,
            Self::Block(block) => block.crates.contains(crate_name),
            Self::Error(_) => false,
        }
    }
}

/// What was chosen, in reading order.
pub struct Selection<'a> {
    pub items: Vec<Item<'a>>,
}

impl<'a> Selection<'a> {
    /// Reads the files of all crates and keeps what is chosen.
    ///
    /// # Errors
    ///
    /// [`ExitError::NothingMatched`] if one of the names chooses nothing.
    pub fn read(workspace: &'a Workspace, choice: &Choice) -> Result<Self> {
        let (mut cases, mut errors) = (Vec::new(), Vec::new());
        for one in &workspace.crates {
            cases.extend(find::read_all(one, &mut errors));
        }
        errors.extend(check_shares(&cases));
        let blocks = console::read_all(workspace, &mut errors);
        let mut items: Vec<_> = errors.into_iter().map(Item::Error).collect();
        items.extend(workspace.crates.iter().map(Item::Tests));
        items.extend(cases.into_iter().map(Box::new).map(Item::Case));
        items.extend(blocks.into_iter().map(Item::Block));
        let mut selection = Self { items };
        selection.keep(choice, |item| choice.has(&item.id()))?;
        Ok(selection)
    }

    /// Keeps only these items.
    ///
    /// # Errors
    ///
    /// [`ExitError::NothingMatched`] if one of the names chooses nothing that is left.
    pub fn keep(&mut self, choice: &Choice, is_wanted: impl Fn(&Item) -> bool) -> Result<()> {
        self.items.retain(is_wanted);
        let ids: Vec<_> = self.items.iter().map(Item::id).collect();
        choice.check(&ids)
    }

    /// Returns the crates whose executables all these need.
    pub fn needed(&self, workspace: &'a Workspace) -> Vec<&'a Crate> {
        let is_needed = |one: &&Crate| self.items.iter().any(|item| item.needs(&one.name));
        workspace.crates.iter().filter(is_needed).collect()
    }

    pub fn cases(&self) -> impl Iterator<Item = &Case> + Clone {
        self.items.iter().filter_map(|item| match item {
            Item::Case(case) => Some(case.as_ref()),
            _ => None,
        })
    }
}
