//! `NN-name.toml`: what a case asks for that is not the rule.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde::Deserialize;

use crate::judge::compare::{Order, Pattern, Redaction};

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
    pub timeout: Limit,
    /// Never beside another case: for timers.
    pub serial: bool,
    /// It needs what only Unix has; a copy that is tested elsewhere leaves it out.
    pub unix: bool,
    pub order: Order,
    pub key: Option<Pattern>,
    pub redact: Vec<Redaction>,
}

impl Settings {
    /// Refuses what does not fit together.
    pub fn check(&self, is_lesson: bool) -> Result<()> {
        let oracles = usize::from(self.oracle.is_some()) + usize::from(self.no_oracle.is_some());
        if is_lesson {
            ensure!(
                self.args.is_none() && oracles == 0,
                "a lesson is called by its name, and its oracle is its twin"
            );
        } else {
            ensure!(
                self.args.is_some(),
                "`args` is missing, or the twin of a lesson is"
            );
            ensure!(
                oracles == 1,
                "either `oracle = \"shell command\"` or `no_oracle = \"why\"`"
            );
        }
        ensure!(
            self.stdin.is_none() || self.stdin_file.is_none(),
            "either `stdin` or `stdin_file`"
        );
        ensure!(
            self.key.is_some() == (self.order == Order::ByKey),
            "`key` belongs to order = \"by-key\""
        );
        ensure!(
            self.order != Order::Any || self.redact.is_empty(),
            "redactions are numbered, so order = \"any\" cannot have them"
        );
        for one in &self.redact {
            let groups = one.pattern.0.captures_len() - 1;
            ensure!(
                groups == 1,
                "redact {}: the pattern needs one group, not {groups}",
                one.name
            );
        }
        Ok(())
    }
}

/// How long a side may take: ten seconds unless told otherwise.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Limit(pub Duration);

impl Default for Limit {
    fn default() -> Self {
        Self(Duration::from_secs(10))
    }
}

impl TryFrom<String> for Limit {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let unit = match &text[digits.len()..] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            _ => Duration::ZERO,
        };
        let limit = digits
            .parse()
            .ok()
            .and_then(|amount| unit.checked_mul(amount));
        let limit = limit.filter(|limit| !limit.is_zero());
        limit
            .map(Self)
            .ok_or("a time is like \"500ms\", \"30s\" or \"2m\"")
    }
}
