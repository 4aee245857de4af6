//! The command line: arguments to library calls, and their outcome to an exit status.

mod duration;
mod each;
mod exit_report;
pub mod message;
mod orphans;
mod run;
pub mod side_by_side;
mod signals;
mod size;
mod sys;
mod terminal;

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use child_process::{exec, exec_file};
use clap::{CommandFactory, Parser, Subcommand};
use nix::sys::stat::{SFlag, fstat};

use crate::tour;

/// Node's `child_process` in Rust: a tour in short lessons, and a runner for jobs that ends all that they start.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  child-process                                     the tour
  child-process exec 'ls | wc -l'                   a line for the shell
  child-process run -t 5s -- make test              ended with everything it started, 124 if the time was over
  ls *.png | child-process each -j4 optipng {}      a job for each line, outputs never mixed

Exit status: that of the command; 124 timed out, 125 own failure or usage, 126 not executable, 127 not found,
128+n ended by signal n; `each` as xargs: 123 if a job failed, 124 if one exited with 255, 125 if a signal ended one or
nothing reads the output, 126, 127; everything else: 1 failed, 2 wrong usage."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Run a line with the shell
    Exec {
        #[command(flatten)]
        limits: run::Limits,
        /// The line
        line: OsString,
    },
    /// Run a program, with limits of time and output
    Run {
        #[command(flatten)]
        limits: run::Limits,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, value_name = "PROG")]
        command: Vec<OsString>,
    },
    /// Run a program for each line of stdin
    Each(each::Args),
    /// Print a script that completes arguments in a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
    /// Print both programs and the output instead of running the lesson
    #[arg(long)]
    code: bool,
    /// The lessons, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    let command = match Cli::try_parse().map(|cli| cli.command) {
        Ok(Some(command)) => command,
        Ok(None) if has_input() => {
            message::say("what is to be done with the input? See `child-process --help`");
            return ExitCode::from(2);
        }
        Ok(None) => Command::Tour(TourArgs::default()),
        Err(error) => return message::usage(&error),
    };
    let mut out = io::stdout();
    let shown = match command {
        Command::Exec { limits, line } => return block_on(run::run(exec(line), limits)),
        Command::Run { limits, command } => {
            let command = exec_file(&command[0], &command[1..]);
            return block_on(run::run(command, limits));
        }
        Command::Each(args) => return block_on(each::each(args)),
        Command::Tour(args) if args.list => tour::list(&mut out),
        Command::Tour(args) => tour::run(&args.lessons, args.code, &mut out),
        Command::Completions { shell } => {
            // It panics where it cannot write.
            let (mut arguments, mut script) = (Cli::command(), Vec::new());
            clap_complete::generate(shell, &mut arguments, "child-process", &mut script);
            out.write_all(&script).map_err(anyhow::Error::from)
        }
    };
    let shown = shown.and_then(|()| Ok(out.flush()?));
    message::exit(shown.map(|()| 0), 1)
}

/// Returns whether stdin is a pipe, a socket or a regular file.
fn has_input() -> bool {
    let kinds = [SFlag::S_IFIFO, SFlag::S_IFSOCK, SFlag::S_IFREG].map(|kind| kind.bits());
    fstat(io::stdin().as_fd())
        .is_ok_and(|stat| kinds.contains(&(stat.st_mode & SFlag::S_IFMT.bits())))
}

/// Runs a command that stands in for another, so that its own failures have a status of their own.
fn block_on(work: impl Future<Output = anyhow::Result<u8>>) -> ExitCode {
    let run = || {
        need_descriptors()?;
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build()?.block_on(work)
    };
    message::exit(run(), message::OWN_FAILURE)
}

/// Fails if there are no descriptors left for a runtime: tokio would panic.
pub fn need_descriptors() -> io::Result<()> {
    drop([io::pipe()?, io::pipe()?, io::pipe()?]);
    Ok(())
}
