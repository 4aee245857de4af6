//! The options of `dump` are xxd's, and so is the way to read them: `-c8`, `-c 8`, `-cols 8` and `--cols 8` are one, and the last counts.
//!
//! xxd looks at the first letter only, so it takes `-rp` for `-r`. Here that is an error which names what to write.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::Result;

use super::color::Color;
use crate::cli::input::Seek;
use crate::cli::message::Usage;
use crate::cli::number::parse;

/// What a dump looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    #[default]
    Hex,
    Bits,
    LittleEndian,
    Plain,
    Include,
}

/// What the arguments say.
#[derive(Default)]
pub struct Options {
    pub style: Style,
    pub reverse: bool,
    pub autoskip: bool,
    pub upper: bool,
    pub capitalize: bool,
    pub decimal: bool,
    pub ebcdic: bool,
    pub color: Color,
    /// Added to the address that is shown.
    pub offset: u64,
    pub seek: Option<Seek>,
    pub length: Option<u64>,
    pub name: Option<String>,
    pub input: Option<PathBuf>,
    pub output: Option<PathBuf>,
    cols: Option<i128>,
    group: Option<i128>,
}

pub enum Parsed {
    Dump(Box<Options>),
    Help,
    Version,
}

/// The options, each with its long names.
const WORDS: &[(char, &[&str])] = &[
    ('a', &["autoskip"]),
    ('b', &["bits"]),
    ('C', &["capitalize"]),
    ('c', &["cols"]),
    ('d', &["decimal"]),
    ('E', &["EBCDIC"]),
    ('e', &["little-endian"]),
    ('g', &["groupsize", "group"]),
    ('h', &["help"]),
    ('i', &["include"]),
    ('l', &["len", "length"]),
    ('n', &["name"]),
    ('o', &["offset"]),
    ('p', &["ps", "plain", "postscript"]),
    ('R', &["color"]),
    ('r', &["revert", "reverse"]),
    ('s', &["seek", "skip"]),
    ('u', &["upper", "uppercase"]),
    ('v', &["version"]),
];

/// Reads the arguments.
pub fn parse_args(args: impl Iterator<Item = OsString>) -> Result<Parsed> {
    let (mut options, mut args) = (Options::default(), args);
    let mut files = Vec::new();
    while let Some(arg) = args.next() {
        let text = arg.to_str().unwrap_or_default();
        if text == "--" {
            files.extend(args.by_ref());
        } else if let Some(word) = text.strip_prefix('-').filter(|word| !word.is_empty()) {
            let (letter, attached) = split(word)?;
            let mut value = || match attached {
                Some(attached) => Ok(attached.to_owned()),
                None => {
                    let next = args.next().and_then(|value| value.into_string().ok());
                    next.ok_or_else(|| usage(format!("-{letter} needs a value")))
                }
            };
            match letter {
                'h' => return Ok(Parsed::Help),
                'v' => return Ok(Parsed::Version),
                _ => options.set(letter, &mut value)?,
            }
        } else {
            files.push(arg);
        }
    }
    let mut files = files.into_iter().map(PathBuf::from);
    (options.input, options.output) = (files.next(), files.next());
    if let Some(file) = files.next() {
        return Err(usage(format!(
            "one file to read and one to write, not {file:?} too"
        )));
    }
    options.check()?;
    Ok(Parsed::Dump(Box::new(options)))
}

/// Returns the letter of an option, and the value that is attached to it.
fn split(word: &str) -> Result<(char, Option<&str>)> {
    // Two dashes are as good as one.
    let long = word.strip_prefix('-');
    let word = long.unwrap_or(word);
    let (name, value) = match word.split_once('=') {
        Some((name, value)) if long.is_some() => (name, Some(value)),
        _ => (word, None),
    };
    let is_named =
        |(letter, names): &&(char, &[&str])| names.contains(&name) || name.chars().eq([*letter]);
    if let Some(&(letter, _)) = WORDS.iter().find(is_named) {
        return Ok((letter, value));
    }
    let known = |char: &char| WORDS.iter().any(|(letter, _)| letter == char);
    let mut letters = word.chars();
    match letters.next().filter(known) {
        Some(letter @ ('c' | 'g' | 'l' | 'n' | 'o' | 'R' | 's')) => {
            Ok((letter, Some(letters.as_str())))
        }
        Some(first) => {
            let each: Vec<String> = word.chars().map(|letter| format!("-{letter}")).collect();
            let each = each.join(" ");
            Err(usage(format!(
                "-{word}: xxd reads -{first} alone here; write {each}"
            )))
        }
        None => Err(usage(format!(
            "unknown option -{word}; `buffers dump --help` lists them"
        ))),
    }
}

fn usage(text: String) -> anyhow::Error {
    Usage(text).into()
}

impl Options {
    fn set(&mut self, letter: char, value: &mut dyn FnMut() -> Result<String>) -> Result<()> {
        let mut number = || {
            let value = value()?;
            parse(&value).map_err(|error| usage(format!("-{letter}: {error}")))
        };
        match letter {
            'a' => self.autoskip = !self.autoskip,
            'b' => self.style = Style::Bits,
            'C' => self.capitalize = true,
            'd' => self.decimal = true,
            'E' => self.ebcdic = true,
            'e' => self.style = Style::LittleEndian,
            'i' => self.style = Style::Include,
            'p' => self.style = Style::Plain,
            'r' => self.reverse = true,
            'u' => self.upper = true,
            'c' => self.cols = Some(number()?),
            'g' => self.group = Some(number()?),
            'l' => self.length = u64::try_from(number()?).ok(),
            'o' => self.offset = number()? as u64,
            'n' => self.name = Some(value()?),
            'R' => self.color = Color::parse(&value()?)?,
            _ => self.seek = Some(parse_seek(&value()?)?),
        }
        Ok(())
    }

    /// Refuses what cannot be.
    fn check(&self) -> Result<()> {
        let text = match self.style {
            Style::Bits | Style::LittleEndian | Style::Include if self.reverse => {
                "-r reverses hex and -p alone: dump without -b, -e and -i"
            }
            _ if self.cols < Some(0) && self.cols.is_some() => {
                "-c: a line has no fewer than 0 bytes"
            }
            Style::Plain | Style::Include => return Ok(()),
            _ if self.cols > Some(256) => "-c: a line has 1 to 256 bytes; -p and -i take more",
            Style::LittleEndian if !self.group().is_power_of_two() => {
                "-g: the bytes of a group are a power of 2 with -e"
            }
            _ => return Ok(()),
        };
        Err(usage(text.to_owned()))
    }

    /// Returns how many bytes a line has; with [`Style::Plain`], 0 is all of them.
    pub fn cols(&self) -> usize {
        let default = match self.style {
            Style::Hex | Style::LittleEndian => 16,
            Style::Bits => 6,
            Style::Plain => 30,
            Style::Include => 12,
        };
        match self.cols {
            Some(cols) if cols > 0 || self.style == Style::Plain => cols as usize,
            _ => default,
        }
    }

    /// Returns how many bytes of each line `-r` reads, if that was said.
    pub fn given_cols(&self) -> Option<usize> {
        self.cols.map(|_| self.cols())
    }

    /// Returns how many bytes a group has.
    pub fn group(&self) -> usize {
        let default = match self.style {
            Style::Bits => 1,
            Style::LittleEndian => 4,
            _ => 2,
        };
        let group = self.group.filter(|&group| group >= 0).unwrap_or(default);
        let group = usize::try_from(group).unwrap_or_default();
        if (1..=self.cols()).contains(&group) {
            group
        } else {
            self.cols()
        }
    }
}

/// Reads `[+][-]SIZE`: a plus counts from where stdin stands, a minus from the end.
fn parse_seek(text: &str) -> Result<Seek> {
    let size = text.trim_start_matches(['+', '-']);
    let size = parse(size).map_err(|error| usage(format!("-s: {error}")))?;
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    Ok(
        match &text[..text.len() - text.trim_start_matches(['+', '-']).len()] {
            "" => Seek::Start(size.unsigned_abs()),
            "+" => Seek::Here(size),
            "-" => Seek::End(size.unsigned_abs()),
            "+-" => Seek::Here(-size),
            _ => return Err(usage(format!("-s: {text:?}: a plus, then a minus"))),
        },
    )
}
