//! The command line: what there is to say, and what is answered.
//!
//! Exit status as gzip's: 0 done, 1 failed or wrong usage, 2 done with a warning; 128+n after signal n.

mod args;
mod compress;
mod copy;
mod file;
mod inspect;
mod level;
mod message;
mod progress;
mod signals;
mod size;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Command, TourArgs};
pub use self::message::fail;
use self::message::{Outcome, is_closed_pipe};
use crate::tour;

/// The command to run; or the status to exit with, after help, the version or wrong usage.
pub fn parse() -> Result<Command, ExitCode> {
    let cli = Cli::try_parse().map_err(|error| {
        // Nobody is left to tell if this fails.
        let _ = error.print();
        if error.use_stderr() {
            ExitCode::from(Outcome::Failed.status())
        } else {
            ExitCode::SUCCESS
        }
    })?;
    Ok(cli.command.unwrap_or(Command::Tour(TourArgs::default())))
}

/// Runs the command until it is done or a signal asks to stop, which removes what is unfinished.
pub async fn run(command: Command) -> ExitCode {
    let work = async {
        match command {
            Command::Tour(args) => show_tour(&args),
            Command::Compress(args) => compress::compress(&args).await,
            Command::Decompress(args) => compress::decompress(&args).await,
            Command::Test(args) => inspect::test(&args).await,
            Command::List(args) => inspect::list(&args).await,
            Command::Copy(args) => copy::copy(&args).await,
        }
    };
    tokio::select! {
        // Listening starts before the work: no signal finds a file that nobody would remove.
        biased;
        signal = signals::stop_requested() => ExitCode::from(128 + signal),
        outcome = work => ExitCode::from(outcome.status()),
    }
}

fn show_tour(args: &TourArgs) -> Outcome {
    let mut out = std::io::stdout().lock();
    let shown = if args.list {
        tour::list(&mut out)
    } else {
        tour::run(&args.lessons, args.code, &mut out)
    };
    match shown {
        Err(error) if !is_closed_pipe(&error) => message::report(None, &error),
        _ => Outcome::Done,
    }
}
