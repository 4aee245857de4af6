//! The replay language: S-expressions, read into a flat table.
//!
//! Nothing here or later calls itself: a file that nests a million deep is a long list like any other.

use std::sync::Arc;

/// All programs of a file, and the nodes that they name by index.
pub struct Script {
    pub programs: Vec<Program>,
    pub nodes: Vec<Node>,
}

pub struct Program {
    pub line: u32,
    pub name: String,
    pub root: Root,
    pub body: Vec<usize>,
}

/// The phase whose callback runs the nodes of a program.
#[derive(Clone, Copy)]
pub enum Root {
    Timer,
    Check,
    Poll,
}

/// One operation.
pub struct Node {
    pub line: u32,
    pub op: Op,
    pub label: Arc<str>,
    /// Milliseconds and counts.
    pub numbers: Vec<f64>,
    pub body: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Log,
    Tick,
    Micro,
    Hops,
    Immediate,
    Timeout,
    Interval,
    Sleep,
    Yield,
    Clear,
    Refresh,
    Unref,
    Ref,
    Busy,
    Throw,
}

impl Op {
    /// The operation of this name, how many numbers follow its label, and whether nodes may.
    fn named(name: &str) -> Option<(Self, usize, bool)> {
        Some(match name {
            "log" => (Self::Log, 0, false),
            "tick" => (Self::Tick, 0, true),
            "micro" => (Self::Micro, 0, true),
            "hops" => (Self::Hops, 1, true),
            "immediate" => (Self::Immediate, 0, true),
            "timeout" => (Self::Timeout, 1, true),
            "interval" => (Self::Interval, 2, true),
            "sleep" => (Self::Sleep, 1, true),
            "yield" => (Self::Yield, 0, true),
            "clear" => (Self::Clear, 0, false),
            "refresh" => (Self::Refresh, 0, false),
            "unref" => (Self::Unref, 0, false),
            "ref" => (Self::Ref, 0, false),
            "busy" => (Self::Busy, 0, false),
            "throw" => (Self::Throw, 0, false),
            _ => return None,
        })
    }
}

/// What is wrong, and where.
pub struct Wrong {
    pub line: usize,
    pub what: String,
}

/// An expression that has been opened: its words, and the nodes that were closed inside it.
struct Open<'a> {
    line: usize,
    words: Vec<&'a str>,
    body: Vec<usize>,
}

/// Reads a file of programs.
pub fn parse(text: &str) -> Result<Script, Wrong> {
    let mut script = Script {
        programs: Vec::new(),
        nodes: Vec::new(),
    };
    let mut open: Vec<Open> = Vec::new();
    for (line, token) in tokens(text) {
        let wrong = |what: String| Wrong { line, what };
        match (token, open.last_mut()) {
            ("(", _) => open.push(Open {
                line,
                words: Vec::new(),
                body: Vec::new(),
            }),
            (")", None) => return Err(wrong("`)` closes nothing".into())),
            (")", Some(_)) => {
                let Some(closed) = open.pop() else { continue };
                match open.last_mut() {
                    Some(outer) => {
                        outer.body.push(script.nodes.len());
                        script.nodes.push(closed.node()?);
                    }
                    None => script.programs.push(closed.program()?),
                }
            }
            (word, None) => {
                return Err(wrong(format!(
                    "expected `(program NAME ROOT ...)`, found {word:?}"
                )));
            }
            (word, Some(inner)) if inner.body.is_empty() => inner.words.push(word),
            (word, Some(_)) => return Err(wrong(format!("{word:?} stands after a node"))),
        }
    }
    match open.first() {
        Some(open) => Err(open.wrong("this `(` is never closed".into())),
        None => Ok(script),
    }
}

impl Open<'_> {
    fn wrong(&self, what: String) -> Wrong {
        let line = self.line;
        Wrong { line, what }
    }

    fn program(self) -> Result<Program, Wrong> {
        let ["program", name, root] = self.words[..] else {
            return Err(self.wrong("expected `(program NAME ROOT node...)`".into()));
        };
        let root = match root {
            "timer" => Root::Timer,
            "check" => Root::Check,
            "poll" => Root::Poll,
            _ => return Err(self.wrong(format!("the root {root:?} is none of timer, check, poll"))),
        };
        Ok(Program {
            line: u32::try_from(self.line).unwrap_or(u32::MAX),
            name: name.to_owned(),
            root,
            body: self.body,
        })
    }

    fn node(self) -> Result<Node, Wrong> {
        let Some((name, words)) = self.words.split_first() else {
            return Err(self.wrong("an expression begins with an operation".into()));
        };
        let Some((op, numbers, nodes)) = Op::named(name) else {
            return Err(self.wrong(format!("unknown operation {name:?}")));
        };
        let takes = |what: &str| self.wrong(format!("`{name}` takes {what}"));
        let Some((label, rest)) = words.split_first() else {
            return Err(takes("a label"));
        };
        if rest.len() != numbers {
            return Err(takes(["no number", "one number", "two numbers"][numbers]));
        }
        if !nodes && !self.body.is_empty() {
            return Err(takes("no nodes"));
        }
        let in_numbers: &[&str] = if op == Op::Busy { words } else { rest };
        let numbers = in_numbers
            .iter()
            .map(|word| self.number(word))
            .collect::<Result<_, _>>()?;
        let (label, body) = (Arc::from(*label), self.body);
        Ok(Node {
            line: u32::try_from(self.line).unwrap_or(u32::MAX),
            op,
            label,
            numbers,
            body,
        })
    }

    fn number(&self, word: &str) -> Result<f64, Wrong> {
        let number = word.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.wrong(format!("{word:?} is no number")))
    }
}

/// Parentheses and words, each with its line. A `;` begins a comment, also within a word.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').zip(1..).flat_map(|(line, number)| {
        let end = line.find(';').unwrap_or(line.len());
        Tokens(&line[..end]).map(move |word| (number, word))
    })
}

struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        // A byte order mark is white to JavaScript.
        let white = |c: char| c.is_whitespace() || c == '\u{feff}';
        let rest = self.0.trim_start_matches(white);
        let first = rest.chars().next()?;
        let end = match first {
            '(' | ')' => 1,
            _ => rest
                .find(|c| white(c) || matches!(c, '(' | ')'))
                .unwrap_or(rest.len()),
        };
        let (word, rest) = rest.split_at(end);
        self.0 = rest;
        Some(word)
    }
}
