//! The replay language: S-expressions, read into a flat table.
//!
//! Nothing here or later calls itself: a file that nests a million deep is a long list like any other.

use std::sync::Arc;

use clap::ValueEnum;

/// All programs of a file, and the nodes that they name by index.
#[derive(Clone, Default)]
pub struct Script {
    pub programs: Vec<Program>,
    pub nodes: Vec<Node>,
}

#[derive(Clone)]
pub struct Program {
    pub line: u32,
    /// Its name and its root.
    pub title: String,
    pub root: Root,
    pub body: Vec<usize>,
}

/// The phase whose callback runs the nodes of a program.
#[derive(Clone, Copy, ValueEnum)]
pub enum Root {
    Timer,
    Check,
    Poll,
}

/// One operation.
#[derive(Clone)]
pub struct Node {
    pub line: u32,
    pub op: Op,
    pub label: Arc<str>,
    /// Milliseconds and counts.
    pub numbers: Vec<f64>,
    pub body: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
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
    /// How many numbers follow its label, and whether nodes may.
    fn takes(self) -> (usize, bool) {
        match self {
            Self::Log | Self::Clear | Self::Refresh | Self::Unref | Self::Ref => (0, false),
            Self::Busy | Self::Throw => (0, false),
            Self::Hops | Self::Timeout | Self::Sleep => (1, true),
            Self::Interval => (2, true),
            Self::Tick | Self::Micro | Self::Immediate | Self::Yield => (0, true),
        }
    }
}

/// An expression that has been opened: its words, and the nodes that were closed inside it.
#[derive(Default)]
struct Open<'a> {
    line: u32,
    words: Vec<&'a str>,
    body: Vec<usize>,
}

/// Reads a file of programs. An error begins with the line.
pub fn parse(text: &str) -> Result<Script, String> {
    let mut script = Script::default();
    let mut open: Vec<Open> = Vec::new();
    // A byte order mark is white to JavaScript.
    let text = text.replace('\u{feff}', " ");
    let text = text.replace('(', " ( ").replace(')', " ) ");
    for (line, token) in tokens(&text) {
        let wrong = |what: &str| format!("{line}: {what}");
        match (token, open.last_mut()) {
            ("(", _) => open.push(Open {
                line,
                ..Open::default()
            }),
            (")", _) => {
                let closed = open.pop().ok_or_else(|| wrong("`)` closes nothing"))?;
                match open.last_mut() {
                    Some(outer) => {
                        outer.body.push(script.nodes.len());
                        script.nodes.push(closed.node()?);
                    }
                    None => script.programs.push(closed.program()?),
                }
            }
            (word, None) => {
                let expected = format!("expected `(program NAME ROOT ...)`, found {word:?}");
                return Err(wrong(&expected));
            }
            (word, Some(inner)) if inner.body.is_empty() => inner.words.push(word),
            (word, Some(_)) => return Err(wrong(&format!("{word:?} stands after a node"))),
        }
    }
    match open.first() {
        Some(open) => Err(open.wrong("this `(` is never closed")),
        None => Ok(script),
    }
}

impl Open<'_> {
    fn wrong(&self, what: &str) -> String {
        format!("{}: {what}", self.line)
    }

    fn program(self) -> Result<Program, String> {
        let ["program", name, root] = self.words[..] else {
            return Err(self.wrong("expected `(program NAME ROOT node...)`"));
        };
        let title = format!("{name} {root}");
        let wrong = |_| self.wrong(&format!("the root {root:?} is not timer, check or poll"));
        let root = Root::from_str(root, false).map_err(wrong)?;
        Ok(Program {
            line: self.line,
            title,
            root,
            body: self.body,
        })
    }

    fn node(self) -> Result<Node, String> {
        let nameless = || self.wrong("an expression begins with an operation");
        let (name, words) = self.words.split_first().ok_or_else(nameless)?;
        let unknown = |_| self.wrong(&format!("unknown operation {name:?}"));
        let op = Op::from_str(name, false).map_err(unknown)?;
        let (numbers, nodes) = op.takes();
        let takes = |what: &str| self.wrong(&format!("`{name}` takes {what}"));
        let (label, rest) = words.split_first().ok_or_else(|| takes("a label"))?;
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
            line: self.line,
            op,
            label,
            numbers,
            body,
        })
    }

    fn number(&self, word: &str) -> Result<f64, String> {
        let number = word.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| self.wrong(&format!("{word:?} is no number")))
    }
}

/// Parentheses and words, each with its line. A `;` begins a comment, also within a word.
fn tokens(text: &str) -> impl Iterator<Item = (u32, &str)> {
    text.split('\n').zip(1..).flat_map(|(line, number)| {
        let code = line.split(';').next().unwrap_or_default();
        code.split_whitespace().map(move |token| (number, token))
    })
}
