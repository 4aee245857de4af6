//! The options of `dump` are xxd's: `-c8`, `-c 8`, `-cols 8` and `--cols 8` are one, and of several the last counts.

use std::ffi::OsString;
use std::io::SeekFrom;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Arg, ArgAction, ColorChoice, Command};

use crate::cli::message::Usage;
use crate::cli::number::{parse, parse_size};

/// What a dump looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Hex,
    Bits,
    LittleEndian,
    Plain,
    Include,
}

#[derive(clap::Args)]
pub struct Options {
    /// The file to read; `-` or none is stdin
    pub file: Option<PathBuf>,
    /// The file to write; `-` or none is stdout
    pub outfile: Option<PathBuf>,
    /// A single * for many lines of zeros; twice is not at all
    #[arg(short, long, action = ArgAction::Count)]
    pub autoskip: u8,
    /// Bits instead of hex
    #[arg(short, long, overrides_with_all = ["little_endian", "plain", "include"])]
    bits: bool,
    /// The variable of -i in upper case
    #[arg(short = 'C', long)]
    pub capitalize: bool,
    /// Bytes in a line [default: 16; 6 with -b, 12 with -i, 30 with -p, where 0 is one long line]
    #[arg(short, long, value_parser = parse, allow_hyphen_values = true)]
    pub cols: Option<i128>,
    /// Addresses in decimal
    #[arg(short, long)]
    pub decimal: bool,
    /// Characters in EBCDIC
    #[arg(short = 'E', long = "EBCDIC")]
    pub ebcdic: bool,
    /// Groups as little-endian words
    #[arg(short = 'e', long, overrides_with_all = ["bits", "plain", "include"])]
    little_endian: bool,
    /// Bytes in a group; 0 is no groups [default: 2; 1 with -b, 4 with -e]
    #[arg(short, long, visible_alias = "group", value_name = "BYTES", value_parser = parse, allow_hyphen_values = true)]
    groupsize: Option<i128>,
    /// A C array
    #[arg(short, long, overrides_with_all = ["bits", "plain", "little_endian"])]
    include: bool,
    /// Show at most SIZE bytes
    #[arg(short, long, visible_alias = "length", value_name = "SIZE", value_parser = parse, allow_hyphen_values = true)]
    pub len: Option<i128>,
    /// The variable of -i
    #[arg(short, long, allow_hyphen_values = true)]
    pub name: Option<OsString>,
    /// Added to each address that is shown
    #[arg(short, long, value_parser = parse, allow_hyphen_values = true)]
    pub offset: Option<i128>,
    /// Digits only
    #[arg(short, long, visible_aliases = ["ps", "postscript"], overrides_with_all = ["bits", "little_endian", "include"])]
    plain: bool,
    /// Colours by what a byte is; auto is on a terminal, unless `NO_COLOR` is set
    #[arg(short = 'R', long, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorChoice,
    /// From a dump back to bytes; what is not a dump is an error
    #[arg(short, long, visible_alias = "reverse")]
    pub revert: bool,
    /// Begin SIZE bytes from the start; with a plus from where stdin stands, with a minus before
    /// the end. With -r, added to each address of the dump
    #[arg(short, long, visible_alias = "skip", value_name = "[+][-]SIZE", value_parser = parse_seek, allow_hyphen_values = true)]
    pub seek: Option<SeekFrom>,
    /// Digits above 9 in upper case
    #[arg(short, long, visible_alias = "uppercase")]
    pub upper: bool,
    /// Print version
    #[arg(short, long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// Reads words with one dash as xxd does: `-cols 8` is `--cols 8`, and the beginning of a flag's long name is the flag.
/// xxd takes any other word for its first letter; here it is an error that says what to write.
pub fn expand_words(command: &Command, args: &mut [OsString]) -> Result<()> {
    let dump = command.find_subcommand("dump").into_iter();
    let names = dump.flat_map(Command::get_arguments).flat_map(|option| {
        let names = option.get_long_and_visible_aliases().unwrap_or_default();
        names.into_iter().zip(std::iter::repeat(option))
    });
    let names: Vec<(&str, &Arg)> = names.collect();
    let mut args = args.iter_mut().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        let given = arg.to_string_lossy().into_owned();
        let word = given.strip_prefix('-').unwrap_or_default();
        let by_name = |test: &dyn Fn(&str) -> bool| names.iter().find(|(name, _)| test(name));
        let starts_word = |letter| word.starts_with(letter);
        let by_letter = |(_, option): &&(_, &Arg)| option.get_short().is_some_and(starts_word);
        let named = by_name(&|name| name == word.trim_start_matches('-'));
        let Some((name, option)) = named.or_else(|| names.iter().find(by_letter)) else {
            continue;
        };
        let takes_value = option.get_action().takes_values();
        if named.is_some() {
            *arg = format!("--{name}").into();
        }
        if named.is_some() || word.len() == 1 {
            if takes_value {
                // Whatever it looks like.
                args.next();
            }
            continue;
        }
        let (letter, rest) = word.split_at(1);
        let longer = by_name(&|name| name.starts_with(word));
        let shorter = by_name(&|name| word.starts_with(name));
        let write = match (longer, shorter) {
            (Some(_), _) if !takes_value => {
                *arg = format!("-{letter}").into();
                continue;
            }
            _ if !takes_value => format!("-{letter} -{rest}"),
            (Some((name, _)), _) if letter != "n" => format!("-{name}"),
            (_, Some((name, _))) => format!("-{name} {}", &word[name.len()..]),
            _ => continue,
        };
        bail!(Usage(format!("-{word} is no option: write `{write}`")));
    }
    Ok(())
}

impl Options {
    pub fn style(&self) -> Style {
        match (self.bits, self.include, self.plain, self.little_endian) {
            (true, ..) => Style::Bits,
            (_, true, ..) => Style::Include,
            (_, _, true, _) => Style::Plain,
            (.., true) => Style::LittleEndian,
            _ => Style::Hex,
        }
    }

    /// Refuses what cannot be.
    pub fn check(&self) -> Result<()> {
        let (style, cols) = (self.style(), self.cols.unwrap_or(1));
        let takes_any = matches!(style, Style::Plain | Style::Include);
        let text = if self.revert && !matches!(style, Style::Hex | Style::Plain) {
            "-r reverses hex and -p alone: dump without -b, -e and -i"
        } else if cols < 0 || cols > 256 && !takes_any {
            "-c: a line has 1 to 256 bytes; -p and -i take more"
        } else if style == Style::LittleEndian && !self.group().is_power_of_two() {
            "-g: the bytes of a group are a power of 2 with -e"
        } else {
            return Ok(());
        };
        bail!(Usage(text.to_owned()))
    }

    /// Returns how many bytes a line has; with [`Style::Plain`], 0 is all of them.
    pub fn cols(&self) -> usize {
        match (self.cols, self.style()) {
            (Some(cols), style) if cols > 0 || style == Style::Plain => {
                usize::try_from(cols).unwrap_or(usize::MAX)
            }
            (_, Style::Hex | Style::LittleEndian) => 16,
            (_, Style::Bits) => 6,
            (_, Style::Plain) => 30,
            (_, Style::Include) => 12,
        }
    }

    /// Returns how many bytes a group has.
    pub fn group(&self) -> usize {
        let group = match (self.groupsize, self.style()) {
            (Some(group), _) if group >= 0 => group,
            (_, Style::Bits) => 1,
            (_, Style::LittleEndian) => 4,
            _ => 2,
        };
        let all = self.cols();
        usize::try_from(group).map_or(all, |group| if group == 0 { all } else { group.min(all) })
    }
}

/// Reads `[+][-]SIZE`.
fn parse_seek(text: &str) -> Result<SeekFrom, String> {
    let from_here = text.strip_prefix('+');
    let distance = from_here.unwrap_or(text);
    let back = distance.strip_prefix('-');
    let size = parse_size(back.unwrap_or(distance))?;
    // Farther than any file reaches.
    let bytes = i64::try_from(size).unwrap_or(i64::MAX);
    Ok(match (from_here, back) {
        (None, None) => SeekFrom::Start(bytes.unsigned_abs()),
        (None, Some(_)) => SeekFrom::End(-bytes),
        (Some(_), None) => SeekFrom::Current(bytes),
        (Some(_), Some(_)) => SeekFrom::Current(-bytes),
    })
}
