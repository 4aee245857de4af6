//! What counts as equal: the bytes, unless a case declares an order or a redaction.

use std::borrow::Cow;

use regex_lite::Regex;

/// How a case's output is brought into the form that is compared. The same for golden, Rust and oracle.
#[derive(Default)]
pub struct Rules {
    pub order: Order,
    pub redactions: Vec<Redaction>,
}

/// Which differences in the order of lines count.
#[derive(Default)]
pub enum Order {
    /// All of them.
    #[default]
    Exact,
    /// None.
    Any,
    /// Those between lines of the same key: the pattern's first group, or all that it matches.
    ByKey(Regex),
}

/// A text that differs from run to run. What the pattern's group matches becomes `[NAME:1]`, equal texts alike.
pub struct Redaction {
    pub name: String,
    pub pattern: Regex,
}

impl Rules {
    /// Orders, then redacts: numbers follow the order that is compared. Doing it twice changes nothing.
    pub fn normalise<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        if matches!(self.order, Order::Exact) && self.redactions.is_empty() {
            return Cow::Borrowed(text);
        }
        let (body, end) = text
            .strip_suffix(b"\n")
            .map_or((text, &b""[..]), |body| (body, &b"\n"[..]));
        let mut lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
        match &self.order {
            Order::Exact => {}
            Order::Any => lines.sort_unstable(),
            Order::ByKey(pattern) => lines.sort_by(|a, b| key(pattern, a).cmp(key(pattern, b))),
        }
        let mut seen = vec![Vec::new(); self.redactions.len()];
        let lines: Vec<_> = lines
            .into_iter()
            .map(|line| self.redact(line, &mut seen))
            .collect();
        Cow::Owned([lines.join(&b'\n').as_slice(), end].concat())
    }

    fn redact<'a>(&self, line: &'a [u8], seen: &mut [Vec<String>]) -> Cow<'a, [u8]> {
        // Patterns are for text. A line that is none is compared as it is.
        let Ok(text) = str::from_utf8(line) else {
            return Cow::Borrowed(line);
        };
        let mut text = Cow::Borrowed(text);
        for (redaction, seen) in self.redactions.iter().zip(seen) {
            if redaction.pattern.is_match(&text) {
                text = Cow::Owned(redaction.apply(&text, seen));
            }
        }
        match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }
}

impl Redaction {
    fn apply(&self, text: &str, seen: &mut Vec<String>) -> String {
        let mut redacted = String::new();
        let mut copied = 0;
        for group in self
            .pattern
            .captures_iter(text)
            .filter_map(|captures| captures.get(1))
            .filter(|group| !group.is_empty())
        {
            redacted.push_str(&text[copied..group.start()]);
            copied = group.end();
            let placeholder = format!("[{}:", self.name);
            if group.as_str().starts_with(&placeholder) {
                redacted.push_str(group.as_str());
                continue;
            }
            let known = seen.iter().position(|one| one == group.as_str());
            let number = known.unwrap_or_else(|| {
                seen.push(group.as_str().to_owned());
                seen.len() - 1
            });
            redacted.push_str(&format!("{placeholder}{}]", number + 1));
        }
        redacted + &text[copied..]
    }
}

/// The key of a line, or nothing for a line without one.
fn key<'a>(pattern: &Regex, line: &'a [u8]) -> &'a str {
    let found = str::from_utf8(line)
        .ok()
        .and_then(|line| pattern.captures(line));
    found
        .and_then(|found| found.get(1).or_else(|| found.get(0)))
        .map_or("", |group| group.as_str())
}
