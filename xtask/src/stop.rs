//! Ends that are no verdict: each has an exit status of its own, so that a script can tell them apart.

use std::fmt;

/// Why a verb could not give a verdict: the exit status, and what to tell a person.
#[derive(Debug)]
pub struct Stop(pub u8, String);

impl Stop {
    /// The command line or a case file is wrong.
    pub fn usage(text: impl fmt::Display) -> Self {
        Self(2, text.to_string())
    }

    /// A tool that was asked for is not there.
    pub fn missing(text: impl fmt::Display) -> Self {
        Self(3, text.to_string())
    }

    pub fn nothing_matched() -> Self {
        Self(4, "no crate and no case matches".to_owned())
    }

    /// Cargo could not build this crate, and has said why.
    pub fn build(name: &str) -> Self {
        Self(101, format!("cargo could not build {name}"))
    }

    pub fn interrupted() -> Self {
        Self(130, "interrupted".to_owned())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::error::Error for Stop {}
