//! The oracle: which Node there is, and whether it may check and bless.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::cases::LIMIT;
use crate::exit_error::ExitError;
use crate::run::interrupt;
use crate::run::process::run;

/// Lines on which these disagree are not taught.
const CHECKS: [u32; 3] = [22, 24, 26];
/// Golden files come from this one.
const BLESSES: u32 = 24;

/// Whether a Node is wanted, as `--node` has it.
#[derive(Clone, PartialEq)]
pub enum Wanted {
    /// Take it if it is there.
    Auto,
    /// It must be there, as must every other oracle and peer.
    Required,
    /// Leave it, even if it is there.
    Skipped,
    /// This one, and it must be fit.
    At(PathBuf),
}

impl From<&str> for Wanted {
    fn from(text: &str) -> Self {
        match text {
            "auto" => Self::Auto,
            "require" => Self::Required,
            "skip" => Self::Skipped,
            path => Self::At(path.into()),
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Required => f.write_str("require"),
            Self::Skipped => f.write_str("skip"),
            Self::At(path) => path.display().fmt(f),
        }
    }
}

/// A Node that may check, or the reason why it is missing.
pub struct Node {
    pub path: Option<PathBuf>,
    /// Its version or what is wrong with it, for a person.
    pub says: String,
    major: u32,
}

impl Node {
    /// Finds Node at `--node PATH`, else at `$NODE`, else on the `PATH`.
    ///
    /// # Errors
    ///
    /// [`ExitError::Missing`] if one was required and no Node is of a version that may check, or if `$NODE` is no Node.
    pub fn find(wanted: &Wanted) -> Result<Self> {
        let (named, by) = match wanted {
            Wanted::Skipped => return Ok(Self::absent("node was not asked".to_owned())),
            Wanted::At(path) => (Some(path.into()), "--node"),
            Wanted::Auto | Wanted::Required => (std::env::var_os("NODE"), "$NODE"),
        };
        let named = named.filter(|name| !name.is_empty());
        let looked = Self::look(named.as_deref().unwrap_or("node".as_ref()));
        interrupt::check()?;
        let (why, may_be_absent) = match looked {
            Ok(node) if CHECKS.contains(&node.major) => return Ok(node),
            Ok(node) => (format!("{} is not of 22, 24 or 26", node.says), true),
            // What is named and no Node at all is a mistake.
            Err(why) if named.is_some() => (format!("{by}: {why}"), false),
            Err(why) => (why, true),
        };
        let is_optional = may_be_absent && *wanted == Wanted::Auto;
        ensure!(is_optional, ExitError::Missing(why));
        Ok(Self::absent(why))
    }

    fn absent(says: String) -> Self {
        let (path, major) = (None, 0);
        Self { path, says, major }
    }

    /// Returns the Node of this name, or why it cannot be one.
    fn look(name: &OsStr) -> Result<Self, String> {
        // Absolute: runs have a directory of their own, where `./node` would mean something else.
        let path = which::which(name).map_err(|_| format!("{} was not found", name.display()))?;
        let asked = run(Command::new(&path).arg("--version"), None, LIMIT);
        let asked = asked.map_err(|error| format!("{error:#}"))?;
        let version = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        let digits = version.strip_prefix('v');
        let major = digits.and_then(|digits| digits.split('.').next()?.parse().ok());
        let major = major.ok_or(format!(
            "{} does not tell its version: it {}",
            path.display(),
            asked.end
        ))?;
        let (path, says) = (Some(path), format!("node {version}"));
        Ok(Self { path, says, major })
    }

    /// Refuses a Node that may not write golden files.
    pub fn ensure_blesses(&self) -> Result<()> {
        let why = format!("{}, and only {BLESSES} blesses", self.says);
        ensure!(self.major == BLESSES, ExitError::Missing(why));
        Ok(())
    }
}
