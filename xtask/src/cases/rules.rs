//! What counts as equal: the bytes, unless a case declares an order or a redaction.

use std::borrow::Cow;

use regex_lite::{Captures, Regex};
use serde::Deserialize;

/// How output is brought into the form that is compared: golden, Rust and oracle alike.
#[derive(Default)]
pub struct Rules {
    pub order: Order,
    /// For [`Order::ByKey`]: the pattern's first group, or all that it matches.
    pub key: Option<Pattern>,
    pub redactions: Vec<Redaction>,
}

/// Which differences in the order of lines count.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// All of them.
    #[default]
    Exact,
    /// None.
    Any,
    /// Those between lines of the same key.
    ByKey,
}

/// A text that differs from run to run. What the group matches becomes `[NAME:1]`, equal texts alike.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    pub name: String,
    pub pattern: Pattern,
}

/// A regular expression that is read from a case file.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(pub Regex);

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Regex::new(&text).map(Self)
    }
}

impl Rules {
    /// Orders, then redacts: numbers follow the order that is compared. Twice is the same as once.
    pub fn normalise<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        if self.order == Order::Exact && self.redactions.is_empty() {
            return Cow::Borrowed(text);
        }
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let mut lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
        match self.order {
            Order::Exact => {}
            Order::Any => lines.sort_unstable(),
            Order::ByKey => lines.sort_by_key(|line| self.key(line)),
        }
        let mut seen = vec![Vec::new(); self.redactions.len()];
        let redacted = lines.into_iter().map(|line| self.redact(line, &mut seen));
        let lines = redacted.collect::<Vec<_>>().join(&b'\n');
        Cow::Owned([&lines, &text[body.len()..]].concat())
    }

    /// Returns the key of a line, or nothing for a line without one.
    fn key<'a>(&self, line: &'a [u8]) -> &'a str {
        let line = str::from_utf8(line).unwrap_or_default();
        let key = self.key.as_ref();
        let found = key.and_then(|Pattern(key)| key.captures(line));
        let group = found.and_then(|found| found.get(1).or(found.get(0)));
        group.map_or("", |group| group.as_str())
    }

    fn redact<'a>(&self, line: &'a [u8], seen: &mut [Vec<String>]) -> Cow<'a, [u8]> {
        // Patterns are for text. A line without valid UTF-8 is compared as it is.
        let Ok(text) = str::from_utf8(line) else {
            return Cow::Borrowed(line);
        };
        let mut text = text.to_owned();
        for (redaction, seen) in self.redactions.iter().zip(seen) {
            text = redaction.apply(&text, seen);
        }
        Cow::Owned(text.into_bytes())
    }
}

impl Redaction {
    fn apply(&self, text: &str, seen: &mut Vec<String>) -> String {
        let placeholder = format!("[{}:", self.name);
        let redact = |found: &Captures| {
            let whole = found.get(0).expect("the whole match");
            let group = found
                .get(1)
                .filter(|group| !group.as_str().starts_with(&placeholder));
            let Some(group) = group.filter(|group| !group.is_empty()) else {
                return found[0].to_owned();
            };
            let known = seen.iter().position(|one| one == group.as_str());
            let index = known.unwrap_or(seen.len());
            if known.is_none() {
                seen.push(group.as_str().to_owned());
            }
            let before = &text[whole.start()..group.start()];
            let after = &text[group.end()..whole.end()];
            format!("{before}{placeholder}{}]{after}", index + 1)
        };
        self.pattern.0.replace_all(text, redact).into_owned()
    }
}
