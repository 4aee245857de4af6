//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand};
use streams::Format;

use super::level::Level;
use super::size;

/// Node's streams in Rust: a tour in short lessons, and a gzip for every core.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  streams                           the tour
  streams compress big.tar          writes big.tar.gz, on all cores
  streams decompress big.tar.gz     writes big.tar
  tar c folder | streams compress -9 > folder.tar.gz
  streams list *.gz                 sizes and names, decoded, not guessed

Exit status: 0 done, 1 failed or wrong usage, 2 done with a warning."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Compress files, on all cores
    #[command(visible_alias = "c")]
    Compress(CompressArgs),
    /// Decompress files
    #[command(visible_alias = "d")]
    Decompress(DecompressArgs),
    /// Check compressed files without writing anything
    Test(InspectArgs),
    /// Show sizes, members and stored names of compressed files, by decoding them
    List(InspectArgs),
    /// Copy a file: whole or not at all, with its permissions and times
    Copy(CopyArgs),
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

#[derive(Args)]
pub struct CompressArgs {
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub level: Level,
    /// How many threads compress; the output does not depend on it [default: all cores]
    #[arg(short = 'p', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// The format to write
    #[arg(long, value_name = "FORMAT", default_value = "gzip", value_parser = format_parser())]
    pub format: Format,
    /// Do not store the file's name and time
    #[arg(short = 'n', long)]
    pub no_name: bool,
}

#[derive(Args)]
pub struct DecompressArgs {
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub decoding: DecodingArgs,
}

#[derive(Args)]
pub struct InspectArgs {
    #[command(flatten)]
    pub decoding: DecodingArgs,
    /// Files; `-` or none is stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// No progress bar, no warnings
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: which files are good; in a list, the file's own name beside the stored one
    #[arg(short, long)]
    pub verbose: bool,
}

/// How compressed data is read.
#[derive(Args)]
pub struct DecodingArgs {
    /// The format to read [default: by the file's suffix, gzip for stdin]
    #[arg(long, value_name = "FORMAT", value_parser = format_parser())]
    pub format: Option<Format>,
    /// Fail when more than this comes out of a file, all members together (64K, 1M, 2GiB)
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub max_output: Option<u64>,
}

/// Where the output of `compress` and `decompress` goes, and what becomes of the input.
#[derive(Args)]
pub struct OutputArgs {
    /// Files; `-` or none is stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write to stdout
    #[arg(short = 'c', long, conflicts_with_all = ["output", "rm"])]
    pub stdout: bool,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite existing files; write compressed data to a terminal
    #[arg(short, long)]
    pub force: bool,
    /// Keep the input (what happens anyway)
    #[arg(short, long, conflicts_with = "rm")]
    pub keep: bool,
    /// Remove the input once the output is whole
    #[arg(long)]
    pub rm: bool,
    /// No progress bar, no warnings
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what was written
    #[arg(short, long)]
    pub verbose: bool,
}

#[derive(Args)]
pub struct CopyArgs {
    /// The file to read; `-` is stdin
    #[arg(value_name = "IN")]
    pub from: PathBuf,
    /// The file to write; `-` is stdout
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
