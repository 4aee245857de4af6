//! The command line: what there is to say, and what is answered. Exit status: 0 done, 1 failed, 2 wrong usage,
//! 128 and its number if a signal ended a recording.

mod bench;
mod interrupt;
mod message;
mod replay;
mod trace;
mod whole_file;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{console, tour};

/// Node's event loop in Rust: a tour in short lessons, and a player for programs that show its order.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  event-loop                              the tour
  event-loop tour queues timer-lists      two of its lessons
  event-loop replay programs.txt          what runs in which order, on a clock that does not wait
  event-loop replay --real-clock - < programs.txt
  event-loop trace phases -o phases.html  what ran and why, as a page to step through
  event-loop trace phases -o phases.html --node 06-phases.mjs    with Node's run beside it
  event-loop trace phases -o phases.json  the same for https://ui.perfetto.dev"
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Run a file of small programs and print what ran, in Node's order
    Replay(replay::Args),
    /// Record a lesson or a file of small programs, as a page to step through, a drawing, or for Perfetto
    Trace(trace::Args),
    #[command(hide = true)]
    Bench(bench::Args),
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
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
        Command::Replay(args) => replay::replay(args),
        Command::Trace(args) => trace::trace(args),
        Command::Bench(args) => bench::bench(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // What was printed before the failure is still wanted.
            let _ = console::flush();
            match error.downcast_ref::<interrupt::Interrupted>() {
                Some(interrupted) => ExitCode::from(interrupted.status()),
                None => message::report(&error),
            }
        }
    }
}

fn show_tour(args: &TourArgs) -> anyhow::Result<()> {
    if args.list {
        tour::list(&mut std::io::stdout().lock())
    } else {
        tour::run(&args.lessons)
    }
}
