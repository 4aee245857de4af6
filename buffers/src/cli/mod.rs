//! The command line: what there is to say, and what is answered. Exit status: 0 done, 1 bad data or a failed read or write, 2 wrong usage.

mod color;
mod convert;
mod dump;
mod include;
mod input;
mod inspect;
mod line;
mod message;
mod reverse;
mod size;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::tour;

/// Node's Buffer in Rust: a tour in short lessons, a hex dump, and a converter between encodings.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  buffers                                        the tour
  buffers dump -n 64 photo.jpg                   as xxd, many times as fast
  buffers dump -p photo.jpg | buffers dump -rp   and back
  buffers convert --from base64 --to latin1 a.b64 > a.bin
  buffers convert --from utf16le --to utf8 notes.txt
  buffers inspect notes.txt"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Show bytes in hex and as text, as xxd does
    Dump(dump::Args),
    /// Convert from one encoding to another
    Convert(convert::Args),
    /// Show bytes as Node's console.log does, and what they are
    Inspect(inspect::Args),
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
    /// Print the Rust program, the Node program and the output
    #[arg(long)]
    code: bool,
    /// The lessons to run, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    let command = Cli::parse()
        .command
        .unwrap_or(Command::Tour(TourArgs::default()));
    let done = match &command {
        Command::Tour(args) => show_tour(args),
        Command::Dump(args) => dump::dump(args),
        Command::Convert(args) => convert::convert(args),
        Command::Inspect(args) => inspect::inspect(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => message::report(&error),
    }
}

fn show_tour(args: &TourArgs) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.list {
        tour::list(&mut out)?;
    } else {
        tour::run(&args.lessons, args.code, &mut out)?;
    }
    Ok(out.flush()?)
}
