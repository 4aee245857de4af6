//! Ends that are no verdict: each has an exit status of its own, so that a script can tell them apart.

use thiserror::Error;

/// Why a verb could not give a verdict.
#[derive(Debug, Error)]
pub enum ExitError {
    /// The command line or a case file is wrong.
    #[error("{0}")]
    Usage(String),
    /// A tool that was asked for is not there.
    #[error("{0}")]
    Missing(String),
    /// There is nothing of this name.
    #[error("nothing matches {0:?}; `cargo xtask list` shows what there is")]
    NothingMatched(String),
    /// Cargo could not build this crate, and has said why.
    #[error("cargo could not build {0}")]
    Build(String),
    #[error("interrupted")]
    Interrupted,
}

impl ExitError {
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Missing(_) => 3,
            Self::NothingMatched(_) => 4,
            Self::Build(_) => 101,
            Self::Interrupted => 130,
        }
    }
}
