//! `NAME.toml`: what a case asks for that is not the rule.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::cases::normalise::{Order, Pattern, Redaction};

/// How long a program may take unless told otherwise.
pub const LIMIT: Duration = Duration::from_secs(10);

/// The file as written. A key that is not here is a mistake.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What the executable is called with; not for lessons.
    pub args: Option<Vec<String>>,
    /// A shell command that must print the same; not for lessons.
    pub oracle: Option<String>,
    /// Why there can be none.
    pub no_oracle: Option<String>,
    pub stdin: Option<String>,
    /// A file in `fixtures/`, where `stdin` would be too long or is no text.
    pub stdin_file: Option<PathBuf>,
    pub env: BTreeMap<String, String>,
    pub status: i32,
    /// "empty", "ignore", or the text itself.
    pub stderr: String,
    /// How long a side may take, if not [`LIMIT`].
    #[serde(with = "humantime_serde")]
    pub timeout: Option<Duration>,
    /// Never beside another case: for timers.
    pub serial: bool,
    /// It needs what only Unix has; a copy that is tested elsewhere leaves it out.
    pub unix: bool,
    pub order: Order,
    /// For [`Order::ByKey`]: the pattern's first group, or all that it matches.
    pub key: Option<Pattern>,
    pub redact: Vec<Redaction>,
}

impl Settings {
    pub fn limit(&self) -> Duration {
        self.timeout.unwrap_or(LIMIT)
    }

    /// Refuses what does not fit together.
    pub fn check(&self, is_lesson: bool) -> Result<()> {
        let oracles = usize::from(self.oracle.is_some()) + usize::from(self.no_oracle.is_some());
        let patterns = self.redact.iter().map(|redaction| &redaction.pattern.0);
        let mut groups = patterns.map(|pattern| pattern.captures_len() - 1);
        let problem = if is_lesson && (self.args.is_some() || oracles > 0) {
            "a lesson is called by its name, and its oracle is the Node program"
        } else if !is_lesson && self.args.is_none() {
            "`args` is missing"
        } else if !is_lesson && oracles != 1 {
            "either `oracle = \"shell command\"` or `no_oracle = \"why\"`"
        } else if self.stdin.is_some() && self.stdin_file.is_some() {
            "either `stdin` or `stdin_file`"
        } else if self.key.is_some() != (self.order == Order::ByKey) {
            "`key` belongs to order = \"by-key\""
        } else if groups.any(|count| count != 1) {
            "the pattern of a redaction needs one group"
        } else if self.order == Order::Any && !self.redact.is_empty() {
            "redactions are numbered, so order = \"any\" cannot have them"
        } else {
            return Ok(());
        };
        bail!(problem)
    }
}
