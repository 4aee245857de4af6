//! The oracle: which Node there is, and whether it may check and bless.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::stop::Stop;

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
pub enum Node {
    Present { path: PathBuf, version: String },
    Absent(String),
}

impl Node {
    /// Finds Node at `--node PATH`, else at `$NODE`, else on the `PATH`.
    ///
    /// # Errors
    ///
    /// [`Stop::Missing`] if one was required and there is none of a version that may check.
    pub fn find(wanted: &Wanted) -> Result<Self> {
        let named = match wanted {
            Wanted::Skipped => return Ok(Self::Absent("node was not asked".to_owned())),
            Wanted::At(path) => Some(path.clone()),
            Wanted::Auto | Wanted::Required => std::env::var_os("NODE")
                .filter(|node| !node.is_empty())
                .map(PathBuf::from),
        };
        let node = Self::look(named.as_deref().map_or(OsStr::new("node"), Path::as_os_str));
        match (&node, wanted) {
            (Self::Absent(why), Wanted::At(_) | Wanted::Required) => {
                Err(Stop::Missing(why.clone()).into())
            }
            _ => Ok(node),
        }
    }

    fn look(name: &OsStr) -> Self {
        let Some(path) = resolve(name) else {
            return Self::Absent(format!("{} was not found", name.display()));
        };
        let answer = Command::new(&path).arg("--version").output();
        let version = answer
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default();
        match major(&version) {
            Some(major) if CHECKS.contains(&major) => Self::Present { path, version },
            Some(_) => Self::Absent(format!("node {version} is not of 22, 24 or 26")),
            None => Self::Absent(format!(
                "{} is no node: it does not tell its version",
                path.display()
            )),
        }
    }

    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Present { path, .. } => Some(path),
            Self::Absent(_) => None,
        }
    }

    /// Why this Node may not write golden files, if it may not.
    pub fn may_not_bless(&self) -> Option<String> {
        match self {
            Self::Present { version, .. } if major(version) == Some(BLESSES) => None,
            Self::Present { version, .. } => {
                Some(format!("node {version} checks, but only {BLESSES} blesses"))
            }
            Self::Absent(why) => Some(format!("{why}, and only {BLESSES} blesses")),
        }
    }

    /// For the last line of a report.
    pub fn describe(&self) -> String {
        match self {
            Self::Present { version, .. } => format!("node {version}"),
            Self::Absent(why) => why.clone(),
        }
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
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
