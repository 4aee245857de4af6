//! The command line: parses the arguments, runs the verb, sets the exit status.
//!
//! Exit status as gzip's: 0 done, 1 failed or wrong usage, 2 done with a warning; 128+n after signal n.

mod args;
mod compress;
mod copy;
mod decompress;
mod files;
mod input;
mod inspect;
mod level;
mod message;
mod output;
pub mod side_by_side;
pub mod sys;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Error};
use clap::{CommandFactory, Parser};

use self::args::{Cli, Command, TourArgs};
use self::message::{Outcome, is_closed_pipe, report};
use crate::tour;

/// Runs the command that the arguments name, and returns the status to exit with.
pub fn main() -> ExitCode {
    // From now on these two wait, also for text. A closed one fails where it is used.
    let _ = sys::duplicate(&std::io::stdout());
    let _ = sys::duplicate(&std::io::stderr());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Fails if nothing reads it any more.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    let status = match command(cli) {
        Command::Tour(TourArgs { list: true, .. }) => print(tour::list),
        Command::Tour(args) => print(|out| tour::run(&args.lessons, args.code, out)),
        Command::Completions { shell } => print(|out| {
            let mut completions = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "streams", &mut completions);
            Ok(out.write_all(&completions)?)
        }),
        Command::Man => print(|out| Ok(clap_mangen::Man::new(Cli::command()).render(out)?)),
        Command::Compress(args) if !args.decompress => {
            start(files::each(&args, false, compress::compress))
        }
        Command::Compress(args) | Command::Decompress(args) => {
            start(files::each(&args, true, decompress::decompress))
        }
        Command::Test(args) => start(files::each(&args, true, inspect::test)),
        Command::List(args) => start(inspect::list(&args)),
        Command::Copy(args) => start(copy::copy(&args)),
    };
    status.unwrap_or_else(|error| ExitCode::from(report(None, &error).status()))
}

/// Returns the verb: the one that was given, or gzip's options as one, or the tour.
fn command(cli: Cli) -> Command {
    if let Some(command) = cli.command {
        return command;
    }
    if std::env::args_os().len() == 1 && !sys::stdin_has_data() {
        return Command::Tour(TourArgs::default());
    }
    let mut files = cli.files;
    // As gzip does; a verb keeps the source.
    files.rm = !files.keep && !files.stdout && files.output.is_none();
    files.leaves_linked = !files.force && !files.stdout && !cli.mode.test && !cli.mode.list;
    match (cli.mode.list, cli.mode.test) {
        (true, _) => Command::List(files),
        (_, true) => Command::Test(files),
        _ => Command::Compress(files),
    }
}

fn print(write: impl FnOnce(&mut dyn Write) -> Result<(), Error>) -> Result<ExitCode, Error> {
    match write(&mut std::io::stdout().lock()) {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Runs `work` until it is done or a signal asks to stop, which removes unfinished files.
fn start(work: impl Future<Output = Outcome>) -> Result<ExitCode, Error> {
    sys::check_memory()?;
    sys::check_descriptors()?;
    // The runtime would panic later if it could not start its first thread.
    let probe = std::thread::Builder::new().spawn(|| {});
    let ended = probe.context("cannot start a thread")?.join();
    ended.expect("it does nothing");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // One reads, one writes.
        .max_blocking_threads(2)
        .build()?;
    let status = runtime.block_on(async {
        tokio::select! {
            // Listening starts before the work, so no signal ends the process while a file is unfinished.
            biased;
            signal = sys::stop_requested() => 128 + signal,
            outcome = work => outcome.status(),
        }
    });
    // A read from a terminal or a pipe may never return: it is not waited for.
    runtime.shutdown_background();
    Ok(ExitCode::from(status))
}
