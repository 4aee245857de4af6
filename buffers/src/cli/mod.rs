//! The command line. Exit status: 0 done, 1 bad data or a failed read or write, 2 wrong usage.

mod convert;
mod dump;
mod input;
mod inspect;
mod message;
mod number;
pub mod side_by_side;
mod sys;
mod wrap;

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, Parser, Subcommand};

use crate::tour;
use message::Usage;

/// Node's Buffer in Rust: a tour in short lessons, a hex dump, and a converter between encodings.
#[derive(Parser)]
#[command(
    version,
    propagate_version = true,
    about,
    after_help = "\
Examples:
  buffers                                         the tour
  buffers dump -l 64 photo.jpg                    as xxd, many times as fast
  buffers dump -p photo.jpg | buffers dump -r -p  and back
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
    Tour {
        /// List the lessons instead of running them
        #[arg(long)]
        list: bool,
        /// Print the Rust program, the Node program and the output
        #[arg(long)]
        code: bool,
        /// The lessons to run, in this order; all if none is named
        #[arg(value_name = "LESSON")]
        lessons: Vec<String>,
    },
    /// Show bytes in hex and as text, as xxd does
    #[command(
        display_name = "buffers",
        args_override_self = true,
        disable_version_flag = true
    )]
    Dump(dump::Options),
    /// Convert from one encoding to another
    Convert(convert::Args),
    /// Show bytes as Node's console.log does, and what they are
    Inspect(inspect::Args),
    /// Print the completions of a shell
    Completions { shell: clap_complete::Shell },
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    match run(env::args_os().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => message::report(&error),
    }
}

fn run(mut args: Vec<OsString>) -> Result<()> {
    if args.get(1).is_some_and(|command| command == "dump") {
        dump::expand_words(&Cli::command(), &mut args[2..])?;
    }
    let command = match Cli::try_parse_from(args) {
        Ok(cli) => cli.command,
        Err(error) if error.use_stderr() => bail!(error),
        // The help and the version.
        Err(text) => return print(text.to_string().as_bytes()),
    };
    match command {
        None if sys::stdin_has_data() => {
            bail!(Usage(
                "what is to be done with stdin? `buffers dump`, `convert` or `inspect`".to_owned()
            ));
        }
        None => tour::run(&[], false, &mut stdout()?),
        Some(Command::Tour { list: true, .. }) => print(tour::list().as_bytes()),
        Some(Command::Tour { lessons, code, .. }) => tour::run(&lessons, code, &mut stdout()?),
        Some(Command::Dump(options)) => dump::dump(&options),
        Some(Command::Convert(args)) => convert::convert(&args),
        Some(Command::Inspect(args)) => inspect::inspect(&args),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "buffers", &mut script);
            print(&script)
        }
    }
}

fn print(text: &[u8]) -> Result<()> {
    stdout()?.write_all(text).context("cannot write")
}

fn stdout() -> Result<File> {
    sys::stdout().context("stdout")
}
