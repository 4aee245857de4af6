//! Ends that are no verdict: each has an exit status of its own, so that a script can tell them apart.

use thiserror::Error;

/// Why a verb could not give a verdict: the exit status, and what to tell a person.
#[derive(Debug, Error)]
#[error("{text}")]
pub struct ExitError {
    pub status: u8,
    text: String,
}

impl ExitError {
    /// The command line or a case file is wrong.
    pub fn usage(text: String) -> Self {
        Self { status: 2, text }
    }

    /// A tool that was asked for is not there.
    pub fn missing(text: String) -> Self {
        Self { status: 3, text }
    }

    /// There is nothing of this name.
    pub fn nothing_matched(name: &str) -> Self {
        let text = format!("nothing matches {name:?}; `cargo xtask list` shows what there is");
        Self { status: 4, text }
    }

    /// Cargo could not build this crate, and has said why.
    pub fn build(name: &str) -> Self {
        let text = format!("cargo could not build {name}");
        Self { status: 101, text }
    }

    pub fn interrupted() -> Self {
        let text = "interrupted".to_owned();
        Self { status: 130, text }
    }
}
