//! `NN-name.toml`: what a case asks for that is not the rule.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use regex_lite::Regex;
use serde::Deserialize;

use crate::case::{Oracle, Stderr};
use crate::compare::{Order, Redaction};

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
    stdin: Option<String>,
    /// A file in `fixtures/`, where `stdin` would be too long or is no text.
    stdin_file: Option<PathBuf>,
    pub env: BTreeMap<String, String>,
    pub status: i32,
    /// "empty", "ignore", or the text itself.
    stderr: Option<String>,
    timeout: Option<String>,
    /// Never beside another case: for timers.
    pub serial: bool,
    order: Option<String>,
    key: Option<String>,
    redact: Vec<Redact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redact {
    name: String,
    pattern: String,
}

impl Settings {
    /// How lines are ordered before they are compared.
    pub fn order(&self) -> Result<Order> {
        anyhow::ensure!(
            self.key.is_some() == (self.order.as_deref() == Some("by-key")),
            "`key` belongs to order = \"by-key\""
        );
        Ok(match (self.order.as_deref(), &self.key) {
            (None | Some("exact"), _) => Order::Exact,
            (Some("any"), _) => {
                anyhow::ensure!(
                    self.redact.is_empty(),
                    "redactions are numbered, so order = \"any\" cannot have them"
                );
                Order::Any
            }
            (Some("by-key"), Some(key)) => Order::ByKey(Regex::new(key).context("key")?),
            (Some(other), _) => {
                anyhow::bail!("order = \"{other}\" is not \"exact\", \"any\" or \"by-key\"")
            }
        })
    }

    /// The texts that differ from run to run.
    pub fn redactions(&self) -> Result<Vec<Redaction>> {
        let compile = |one: &Redact| {
            let pattern =
                Regex::new(&one.pattern).with_context(|| format!("redact {}", one.name))?;
            anyhow::ensure!(
                pattern.captures_len() == 2,
                "redact {}: the pattern needs one group, no more",
                one.name
            );
            Ok(Redaction {
                name: one.name.clone(),
                pattern,
            })
        };
        self.redact.iter().map(compile).collect()
    }

    /// Who else prints the same, for the command of a tool.
    pub fn oracle(&self) -> Result<Oracle> {
        match (&self.oracle, &self.no_oracle) {
            (Some(command), None) => Ok(Oracle::Shell(command.clone())),
            (None, Some(why)) if !why.trim().is_empty() => Ok(Oracle::None(why.clone())),
            _ => anyhow::bail!(
                "a command needs either `oracle = \"shell command\"` or `no_oracle = \"why\"`"
            ),
        }
    }

    /// What both sides are fed with.
    pub fn stdin(&self, fixtures: &Path) -> Result<Option<Vec<u8>>> {
        match (&self.stdin, &self.stdin_file) {
            (Some(_), Some(_)) => anyhow::bail!("either `stdin` or `stdin_file`"),
            (Some(text), None) => Ok(Some(text.clone().into_bytes())),
            (None, Some(name)) => {
                Ok(Some(fs::read(fixtures.join(name)).with_context(|| {
                    format!("stdin_file {}", name.display())
                })?))
            }
            (None, None) => Ok(None),
        }
    }

    /// What both sides may say to people.
    pub fn stderr(&self) -> Stderr {
        match self.stderr.as_deref() {
            None | Some("empty") => Stderr::Empty,
            Some("ignore") => Stderr::Ignored,
            Some(text) if text.ends_with('\n') => Stderr::Exactly(text.to_owned()),
            Some(text) => Stderr::Exactly(format!("{text}\n")),
        }
    }

    /// How long a side may take: ten seconds unless told otherwise.
    pub fn timeout(&self) -> Result<Duration> {
        let Some(text) = &self.timeout else {
            return Ok(Duration::from_secs(10));
        };
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let scale = match &text[digits.len()..] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            _ => 0,
        };
        let amount = digits
            .parse()
            .ok()
            .filter(|_| scale > 0)
            .and_then(|amount: u64| amount.checked_mul(scale));
        amount.map(Duration::from_millis).with_context(|| {
            format!("timeout = \"{text}\" is not like \"500ms\", \"30s\" or \"2m\"")
        })
    }
}
