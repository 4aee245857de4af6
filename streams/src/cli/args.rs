//! The arguments of the command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use streams::Format;

use super::level::Level;

/// Node's streams in Rust: a tour in short lessons, and a gzip for every core.
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    about,
    args_conflicts_with_subcommands = true,
    mut_arg("decompress", |arg| arg.hide(false)),
    after_help = "\
Examples:
  streams                           the tour
  streams compress big.tar          writes big.tar.gz, on all cores
  streams decompress -f big.tar.gz  writes big.tar
  streams list *.gz                 sizes and names, decoded, not guessed

As gzip, without a verb, which removes the source unless -k or -c is given:
  streams -9 big.tar                alias gzip=streams
  streams -dc big.tar.gz | less
  tar -I streams -cf folder.tar.gz folder

Exit status: 0 done, 1 failed or wrong usage, 2 done with a warning."
)]
pub struct Cli {
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub files: FileArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Compress files, on all cores; the source is kept
    Compress(FileArgs),
    /// Decompress files; the source is kept
    Decompress(FileArgs),
    /// Check compressed files without writing anything
    Test(FileArgs),
    /// Show sizes, members and stored names of compressed files, by decoding them
    List(FileArgs),
    /// Copy a file: whole or not at all, with its owner, permissions and times
    Copy(CopyArgs),
    /// Print completions for a shell
    Completions {
        /// The shell that reads them
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Args, Default)]
pub struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    pub list: bool,
    /// Print both programs, Rust and Node, and their output instead
    #[arg(long)]
    pub code: bool,
    /// The lessons to run, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    pub lessons: Vec<String>,
}

/// The verb, as gzip's options.
#[derive(Args)]
pub struct ModeArgs {
    /// Check the files, write nothing
    #[arg(short, long)]
    pub test: bool,
    /// List the contents of the files
    #[arg(short, long)]
    pub list: bool,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of gzip's")]
pub struct FileArgs {
    /// Files; `-` or none is stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Decompress
    // Also after a verb: tar adds it to what `-I` names.
    #[arg(short, long, visible_alias = "uncompress", hide = true)]
    pub decompress: bool,
    /// Write to stdout
    #[arg(short = 'c', long, visible_alias = "to-stdout", conflicts_with_all = ["output", "rm"])]
    pub stdout: bool,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite existing files; write compressed data to a terminal
    #[arg(short, long)]
    pub force: bool,
    /// Keep the source
    #[arg(short, long, conflicts_with = "rm")]
    pub keep: bool,
    /// Remove the source once the output is whole and on the disk
    #[arg(long)]
    pub rm: bool,
    /// No progress bar, no warnings
    #[arg(short, long, visible_alias = "silent", overrides_with = "verbose")]
    pub quiet: bool,
    /// Say more: the files that were written or are good; date and check value in a list
    #[arg(short, long, action = clap::ArgAction::Count, overrides_with = "quiet")]
    pub verbose: u8,
    /// Take all files of a folder, and of the folders in it
    #[arg(short, long)]
    pub recursive: bool,
    /// The suffix to add or to remove [default: the format's]
    #[arg(short = 'S', long, value_name = "SUFFIX")]
    pub suffix: Option<String>,
    #[command(flatten)]
    pub level: Level,
    /// How many threads compress; the output does not depend on it [default: all cores]
    #[arg(short = 'p', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// Do not store the file's name and time
    #[arg(short = 'n', long)]
    pub no_name: bool,
    /// The format to write or to read [default: gzip, or by the file's suffix]
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub format: Option<Format>,
    /// Fail when more than this comes out of a file, all members together (64K, 1M, 2GiB)
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub max_output: Option<u64>,
    /// Leave files alone that have other links, as gzip does
    #[arg(skip)]
    pub leaves_linked: bool,
    /// Not taken
    #[arg(short = 'N', long, hide = true)]
    pub name: bool,
    /// Not taken
    #[arg(long, hide = true)]
    pub rsyncable: bool,
    /// Not taken, as its companions
    #[arg(short = 'a', long, short_aliases = ['b', 'L', 'm', 'M', 'Z'], alias = "synchronous", hide = true)]
    pub ascii: bool,
}

#[derive(Args)]
pub struct CopyArgs {
    /// The file to read; `-` is stdin
    #[arg(value_name = "IN")]
    pub from: PathBuf,
    /// The file to write, or the folder to put it in; `-` is stdout
    #[arg(value_name = "OUT")]
    pub to: PathBuf,
    /// Overwrite an existing file
    #[arg(short, long)]
    pub force: bool,
    /// No progress bar
    #[arg(short, long)]
    pub quiet: bool,
}

fn format_parser() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).map(|name| {
        let named = Format::ALL.iter().find(|format| format.name() == name);
        *named.expect("only names of formats are possible values")
    })
}

/// Units are powers of 1,024, with or without the `i`.
fn size(text: &str) -> Result<u64, parse_size::Error> {
    parse_size::Config::new().with_binary().parse_size(text)
}
