//! `-1` to `-9` and `--level N`: one level, said once.

use clap::error::Error;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Args, Command, FromArgMatches};

const DEFAULT: u32 = 6;

/// The identifier of each flag is its digit.
const DIGITS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// How hard to try.
pub struct Level(pub u32);

impl Args for Level {
    fn augment_args(command: Command) -> Command {
        let level = Arg::new("level")
            .long("level")
            .value_name("N")
            .value_parser(clap::value_parser!(u32).range(0..=9))
            .help("Effort from 0 (store) to 9 (smallest), also -1 to -9 [default: 6]")
            .long_help("Effort from 0 (store) to 9 (smallest), also -1 to -9 [default: 6]; 1 is fast and larger than gzip's 1");
        let flags = DIGITS.map(|digit| {
            Arg::new(digit)
                .short(digit.chars().next())
                .action(ArgAction::SetTrue)
                .hide(true)
        });
        let all = ["level"].into_iter().chain(DIGITS);
        command
            .arg(level)
            .args(flags)
            .group(ArgGroup::new("effort").args(all))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Level {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let flag = DIGITS
            .into_iter()
            .find(|digit| matches.get_flag(digit))
            .and_then(|digit| digit.parse().ok());
        let named = matches.get_one("level").copied();
        Ok(Self(named.or(flag).unwrap_or(DEFAULT)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
