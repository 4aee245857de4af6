//! The oracle: which Node there is, and whether it may check and bless.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::exit_error::ExitError;

/// Lines on which these disagree are not taught.
const CHECKS: [u32; 3] = [22, 24, 26];
/// Golden files come from this one.
const BLESSES: u32 = 24;

/// Whether a Node is wanted, as `--node` has it.
#[derive(Clone)]
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

impl Wanted {
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "auto" => Self::Auto,
            "require" => Self::Required,
            "skip" => Self::Skipped,
            path => Self::At(path.into()),
        })
    }
}

/// A Node that may check, or why there is none.
pub struct Node {
    pub path: Option<PathBuf>,
    /// Its version or what is wrong with it, for a person.
    pub says: String,
    blesses: bool,
}

impl Node {
    /// Finds Node at `--node PATH`, else at `$NODE`, else on the `PATH`.
    ///
    /// # Errors
    ///
    /// [`ExitError::missing`] if one was required and there is none of a version that may check.
    pub fn find(wanted: &Wanted) -> Result<Self> {
        let named = match wanted {
            Wanted::Skipped => return Ok(Self::absent("node was not asked".to_owned())),
            Wanted::At(path) => Some(path.into()),
            Wanted::Auto | Wanted::Required => std::env::var_os("NODE"),
        };
        let name = named
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| "node".into());
        let node = Self::look(&name);
        if node.path.is_none() && matches!(wanted, Wanted::At(_) | Wanted::Required) {
            return Err(ExitError::missing(node.says).into());
        }
        Ok(node)
    }

    /// No Node, for this reason.
    pub fn absent(says: String) -> Self {
        Self {
            path: None,
            says,
            blesses: false,
        }
    }

    fn look(name: &OsStr) -> Self {
        let Some(path) = resolve(name) else {
            return Self::absent(format!("{} was not found", name.display()));
        };
        let stdout = Command::new(&path)
            .arg("--version")
            .output()
            .map(|output| output.stdout);
        let version = String::from_utf8_lossy(&stdout.unwrap_or_default())
            .trim()
            .to_owned();
        let major = version
            .strip_prefix('v')
            .and_then(|digits| digits.split('.').next()?.parse().ok());
        match major {
            Some(major) if CHECKS.contains(&major) => Self {
                path: Some(path),
                says: format!("node {version}"),
                blesses: major == BLESSES,
            },
            Some(_) => Self::absent(format!("node {version} is not of 22, 24 or 26")),
            None => Self::absent(format!("{} does not tell its version", path.display())),
        }
    }

    /// # Errors
    ///
    /// [`ExitError::missing`] if this Node may not write golden files.
    pub fn ensure_blesses(&self) -> Result<(), ExitError> {
        let why = || ExitError::missing(format!("{}, and only {BLESSES} blesses", self.says));
        if self.blesses { Ok(()) } else { Err(why()) }
    }
}

/// The absolute path of a program: runs have a directory of their own, where `./node` would mean something else.
fn resolve(name: &OsStr) -> Option<PathBuf> {
    if Path::new(name).components().count() > 1 {
        return std::path::absolute(name).ok().filter(|path| path.is_file());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
