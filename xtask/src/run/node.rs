//! The oracle: which Node there is, and whether it may check and bless.

use std::ffi::OsStr;
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

/// A Node that may check, or the reason why it is missing.
#[derive(Default)]
pub struct Node {
    pub path: Option<PathBuf>,
    /// Its version or what is wrong with it, for a person.
    pub says: String,
    /// Whether every other oracle and peer must be there as well.
    pub is_required: bool,
    major: u32,
}

impl Node {
    /// Finds Node at `--node PATH`, else at `$NODE`, else on the `PATH`; with `skip`, nowhere.
    ///
    /// # Errors
    ///
    /// [`ExitError::Missing`] if one was required and no Node is of a version that may check, or if `$NODE` is no Node.
    pub fn find(wanted: &str) -> Result<Self> {
        let (named, by) = match wanted {
            "skip" => return Ok(Self::absent("node was not asked".to_owned())),
            "auto" | "require" => (std::env::var_os("NODE"), "$NODE"),
            path => (Some(path.into()), "--node"),
        };
        let named = named.filter(|name| !name.is_empty());
        let looked = Self::look(named.as_deref().unwrap_or("node".as_ref()));
        interrupt::check()?;
        let (why, may_be_absent) = match looked {
            Ok(mut node) if CHECKS.contains(&node.major) => {
                node.is_required = wanted == "require";
                return Ok(node);
            }
            Ok(node) => (format!("{} is not of 22, 24 or 26", node.says), true),
            // What is named and no Node at all is a mistake.
            Err(why) if named.is_some() => (format!("{by}: {why}"), false),
            Err(why) => (why, true),
        };
        let is_optional = may_be_absent && wanted == "auto";
        ensure!(is_optional, ExitError::Missing(why));
        Ok(Self::absent(why))
    }

    fn absent(says: String) -> Self {
        Self {
            says,
            ..Self::default()
        }
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
        let (shown, end) = (path.display(), asked.end);
        let silent = format!("{shown} does not tell its version: it {end}");
        let mut node = Self::absent(format!("node {version}"));
        node.major = major.ok_or(silent)?;
        node.path = Some(path);
        Ok(node)
    }

    /// Refuses a Node that may not write golden files.
    pub fn ensure_blesses(&self) -> Result<()> {
        let why = format!("{}, and only {BLESSES} blesses", self.says);
        ensure!(self.major == BLESSES, ExitError::Missing(why));
        Ok(())
    }
}
