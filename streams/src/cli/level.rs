//! `-1` (`--fast`) to `-9` (`--best`) and `--level N`: the last one counts.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

const DEFAULT: u32 = 6;

/// The name of each flag is its digit.
const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// How hard to compress.
pub struct Level(pub u32);

impl Args for Level {
    fn augment_args(command: Command) -> Command {
        let level = |name| {
            let level = Arg::new(name).action(ArgAction::Append);
            level.value_parser(value_parser!(u32).range(0..=9))
        };
        let flags = DIGITS.map(|digit| {
            let flag = level(digit).num_args(0).default_missing_value(digit);
            let flag = flag.short(digit.chars().next()).hide(true);
            match digit {
                "1" => flag.long("fast"),
                "9" => flag.long("best"),
                _ => flag,
            }
        });
        let help =
            "Effort from 0 (store) to 9 (smallest), also -1 to -9, --fast, --best [default: 6]";
        let level = level("level").long("level").value_name("N").help(help);
        command.arg(level).args(flags)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Level {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let last = |name| {
            let index = matches.indices_of(name)?.next_back()?;
            Some((index, *matches.get_many(name)?.next_back()?))
        };
        let given = DIGITS.into_iter().chain(["level"]).filter_map(last);
        Ok(Self(given.max().map_or(DEFAULT, |(_, level)| level)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
