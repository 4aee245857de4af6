//! The command line. Exit status: 0 done, 1 failed, 2 wrong usage, 128 and its number if a signal ended a recording.

mod atomic_file;
mod message;
mod replay;
pub mod side_by_side;
mod signals;
mod sys;
mod trace;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::bail;
use clap::{CommandFactory, Parser, Subcommand};

use crate::tour;
use message::WrongUsage;

/// Node's event loop in Rust: a tour in short lessons, and a tracer for programs of Node and of Rust.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  event-loop                              the tour
  event-loop tour queues timer-lists      two of its lessons
  event-loop tour queues --code           one of them, with both programs
  event-loop trace my.mjs -o my.html      what a program does under Node, and why then, to step through
  event-loop trace my.mjs --beside queues -o both.html     with a lesson's run beside it
  event-loop trace phases -o phases.svg   a lesson, as a drawing
  event-loop trace phases -o phases.json  the same for https://ui.perfetto.dev
  event-loop replay programs.txt          what runs in which order, on a clock that does not wait"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Record a program of Node's, a lesson or a file of small programs: as a page, a drawing, or for Perfetto
    Trace(trace::Args),
    /// Run a file of small programs and print what ran, in Node's order
    Replay(replay::Args),
    /// Print completions for a shell
    Completions { shell: clap_complete::Shell },
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
    /// Print both programs as well
    #[arg(long)]
    code: bool,
    /// The lessons to run, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        None => tour_unless_piped(),
        Some(Command::Tour(args)) => show_tour(&args),
        Some(Command::Trace(args)) => trace::trace(&args),
        Some(Command::Replay(args)) => replay::replay(&args),
        Some(Command::Completions { shell }) => completions(shell),
    };
    match done {
        Ok(code) => code,
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => match error.downcast_ref::<signals::Interrupted>() {
            // What a shell says of one who was ended by it.
            Some(signals::Interrupted(signal)) => ExitCode::from(128 + *signal as u8),
            None => message::report(&error),
        },
    }
}

/// Without a command the tour is meant, unless something waits on stdin.
fn tour_unless_piped() -> anyhow::Result<ExitCode> {
    if !io::stdin().is_terminal() && sys::has_input() {
        bail!(WrongUsage(
            "a command is missing: event-loop replay reads stdin, --help lists all"
        ));
    }
    show_tour(&TourArgs::default())
}

fn show_tour(args: &TourArgs) -> anyhow::Result<ExitCode> {
    let out = &mut io::stdout().lock();
    let shown = if args.list {
        tour::list(out)
    } else {
        tour::run(&args.lessons, args.code, out)
    };
    shown.map(|()| ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "event-loop", &mut text);
    io::Write::write_all(&mut io::stdout(), &text)?;
    Ok(ExitCode::SUCCESS)
}
