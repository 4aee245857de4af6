//! Ends that are no verdict: each has an exit status of its own, so that a script can tell them apart.

use std::fmt;

/// Why a verb could not give a verdict.
#[derive(Debug)]
pub enum Stop {
    /// The command line or a case file is wrong: 2.
    Usage(String),
    /// A tool that was asked for is not there: 3.
    Missing(String),
    /// No crate and no case matched the filters: 4.
    NothingMatched,
    /// Cargo could not build a crate, and has said why: 101, as cargo itself.
    Build(String),
    /// SIGINT, SIGTERM or SIGHUP: 130.
    Interrupted,
}

impl Stop {
    /// The exit status that stands for this end.
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Missing(_) => 3,
            Self::NothingMatched => 4,
            Self::Build(_) => 101,
            Self::Interrupted => 130,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Missing(text) => f.write_str(text),
            Self::NothingMatched => f.write_str("no crate and no case matches"),
            Self::Build(name) => write!(f, "cargo could not build {name}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for Stop {}
