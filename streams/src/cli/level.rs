//! `-1` (`--fast`) to `-9` (`--best`) and `--level N`: the last one counts.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

const DEFAULT: u32 = 6;

/// The option with a value, and the flags, each named by its digit.
const NAMES: [&str; 10] = ["level", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const HELP: &str =
    "Effort from 0 (store) to 9 (smallest), also -1 to -9, --fast, --best [default: 6]";

/// How hard to compress.
pub struct Level(pub u32);

impl Args for Level {
    fn augment_args(command: Command) -> Command {
        command.args(NAMES.map(|name| {
            let level = Arg::new(name).action(ArgAction::Set);
            let level = level.overrides_with_all(NAMES);
            let level = level.value_parser(value_parser!(u32).range(0..=9));
            if name == "level" {
                return level.long(name).value_name("N").help(HELP);
            }
            let flag = level.num_args(0).default_missing_value(name);
            let flag = flag.short(name.chars().next()).hide(true);
            match name {
                "1" => flag.long("fast"),
                "9" => flag.long("best"),
                _ => flag,
            }
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Level {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let last = NAMES.into_iter().find_map(|name| matches.get_one(name));
        Ok(Self(last.copied().unwrap_or(DEFAULT)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
