//! What counts as equal: the bytes, unless a case declares an order or a redaction.

use regex_lite::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::cases::settings::Settings;

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

/// A regular expression that is read from a file; `^` and `$` are the ends of a line.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(pub Regex);

impl TryFrom<String> for Pattern {
    type Error = regex_lite::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        RegexBuilder::new(&text).multi_line(true).build().map(Self)
    }
}

impl Settings {
    /// Returns the form of an output that is compared: golden, Rust and oracle alike. Twice is the same as once.
    ///
    /// It is ordered first, since redactions are numbered. Redactions are for text: what is not UTF-8 stays as it is.
    pub fn normalise(&self, text: &[u8]) -> Vec<u8> {
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let mut lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
        // The sort is stable: lines of the same key keep their order.
        lines.sort_by_key(|line| self.sort_key(line));
        let text = [&lines.join(&b'\n'), &text[body.len()..]].concat();
        let mut text = match String::from_utf8(text) {
            Ok(text) => text,
            Err(error) => return error.into_bytes(),
        };
        for redaction in &self.redact {
            text = redaction.apply(&text);
        }
        text.into_bytes()
    }

    fn sort_key<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let Some(Pattern(key)) = &self.key else {
            let is_any = self.order == Order::Any;
            return if is_any { line } else { b"" };
        };
        let found = key.captures(str::from_utf8(line).unwrap_or_default());
        let group = found.and_then(|found| found.get(1).or(found.get(0)));
        group.map_or(b"", |group| group.as_str().as_bytes())
    }
}

impl Redaction {
    fn apply(&self, text: &str) -> String {
        let opening = format!("[{}:", self.name);
        let (mut redacted, mut rest, mut known) = (String::new(), 0, Vec::new());
        let found = self.pattern.0.captures_iter(text);
        for group in found.filter_map(|found| found.get(1)) {
            let secret = group.as_str();
            if secret.is_empty() || secret.starts_with(&opening) {
                continue;
            }
            let index = known.iter().position(|one| *one == secret);
            let number = index.unwrap_or(known.len()) + 1;
            if number > known.len() {
                known.push(secret);
            }
            redacted += &format!("{}{opening}{number}]", &text[rest..group.start()]);
            rest = group.end();
        }
        redacted + &text[rest..]
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    const TEXTS: [&[u8]; 6] = [
        b"",
        b"\n",
        b"b pid 7\na pid 8\nb pid 7\n",
        b"no newline",
        b"\xff pid 1\n",
        b"pid [PID:3] pid 4\n\n",
    ];

    fn settings(text: &str) -> Settings {
        toml::from_str(text).expect("valid settings")
    }

    /// Or `bless` would never come to rest.
    #[test]
    fn normalising_twice_is_normalising_once() {
        for pattern in ["pid (\\d+)", "(.*)", "(pid.*)", "(\\S+)"] {
            for order in ["", "order = 'by-key'\nkey = '^(.)'\n"] {
                let redact = format!("redact = [{{ name = 'PID', pattern = '{pattern}' }}]");
                let settings = settings(&(order.to_owned() + &redact));
                for text in TEXTS {
                    let once = settings.normalise(text);

                    let twice = settings.normalise(&once);

                    assert_eq!(twice, once, "{pattern} {}", text.escape_ascii());
                }
            }
        }
    }

    #[test]
    fn without_rules_not_a_byte_is_touched() {
        for text in TEXTS {
            assert_eq!(settings("").normalise(text), text);
        }
    }

    #[test]
    fn a_missing_newline_stays_missing_in_any_order() {
        let any = settings("order = 'any'");

        assert_eq!(any.normalise(b"b\na"), b"a\nb");
        assert_eq!(any.normalise(b"b\na\n"), b"a\nb\n");
    }
}
