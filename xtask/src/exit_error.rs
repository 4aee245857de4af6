//! Ends that are no verdict: each has an exit status of its own, so that a script can tell them apart.

use std::fmt;

/// Why a verb could not give a verdict: the exit status, and what to tell a person.
#[derive(Debug)]
pub struct ExitError {
    pub status: u8,
    text: String,
}

impl ExitError {
    /// The command line or a case file is wrong.
    pub fn usage(text: impl fmt::Display) -> Self {
        Self::new(2, text)
    }

    /// A tool that was asked for is not there.
    pub fn missing(text: impl fmt::Display) -> Self {
        Self::new(3, text)
    }

    /// There is nothing of this name.
    pub fn nothing_matched(name: &str) -> Self {
        let help = "`cargo xtask list` shows what there is";
        Self::new(4, format!("nothing matches {name:?}; {help}"))
    }

    /// Cargo could not build this crate, and has said why.
    pub fn build(name: &str) -> Self {
        Self::new(101, format!("cargo could not build {name}"))
    }

    pub fn interrupted() -> Self {
        Self::new(130, "interrupted")
    }

    fn new(status: u8, text: impl fmt::Display) -> Self {
        let text = text.to_string();
        Self { status, text }
    }
}

impl fmt::Display for ExitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for ExitError {}
