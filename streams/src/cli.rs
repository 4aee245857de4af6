//! The command line: parses the arguments, runs the verb, sets the exit status.
//!
//! Exit status as gzip's: 0 done, 1 failed or wrong usage, 2 done with a warning; 128+n after signal n.

mod args;
mod compress;
mod copy;
mod decompress;
mod file;
mod inspect;
mod level;
mod message;
mod progress;
mod size;
mod sys;
mod transfer;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Error};
use clap::{CommandFactory, Parser};

use self::args::{Cli, Command, TourArgs};
use self::message::{Outcome, is_closed_pipe, report};
use crate::tour;

/// Runs the command that the arguments name, and returns the status to exit with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Fails if nothing reads it any more.
            let _ = error.print();
            return match error.use_stderr() {
                true => ExitCode::from(Outcome::Failed.status()),
                false => ExitCode::SUCCESS,
            };
        }
    };
    match start(cli) {
        Ok(status) => status,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(report(None, &error).status()),
    }
}

fn start(cli: Cli) -> Result<ExitCode, Error> {
    let mut out = std::io::stdout().lock();
    let command = match command(cli) {
        Command::Tour(args) if args.list => {
            return tour::list(&mut out).map(|()| ExitCode::SUCCESS);
        }
        Command::Tour(args) => {
            return tour::run(&args.lessons, args.code, &mut out).map(|()| ExitCode::SUCCESS);
        }
        Command::Completions { shell } => {
            let mut completions = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "streams", &mut completions);
            out.write_all(&completions)?;
            return Ok(ExitCode::SUCCESS);
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut out)?;
            return Ok(ExitCode::SUCCESS);
        }
        command => command,
    };
    drop(out);

    // The runtime would panic later if it could not start its first thread.
    let probe = std::thread::Builder::new().spawn(|| {});
    probe
        .map(|probe| probe.join().is_ok())
        .context("cannot start a thread")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // One reads, one writes.
        .max_blocking_threads(2)
        .build()?;
    let status = runtime.block_on(run(command));
    // A read from a terminal or a pipe may never return: it is not waited for.
    runtime.shutdown_background();
    Ok(status)
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
    if cli.mode.list {
        Command::List(files)
    } else if cli.mode.test {
        Command::Test(files)
    } else if cli.mode.decompress {
        Command::Decompress(files)
    } else {
        Command::Compress(files)
    }
}

/// Runs the command until it is done or a signal asks to stop, which removes unfinished files.
async fn run(command: Command) -> ExitCode {
    let work = async {
        match command {
            Command::Compress(args) => {
                file::each(&args, false, async |path: &Path| {
                    compress::compress(path, &args).await
                })
                .await
            }
            Command::Decompress(args) => {
                file::each(&args, true, async |path: &Path| {
                    decompress::decompress(path, &args).await
                })
                .await
            }
            Command::Test(args) => inspect::test(&args).await,
            Command::List(args) => inspect::list(&args).await,
            Command::Copy(args) => copy::copy(&args).await,
            Command::Tour(_) | Command::Completions { .. } | Command::Man => Outcome::Done,
        }
    };
    tokio::select! {
        // Listening starts before the work, so no signal ends the process while a file is unfinished.
        biased;
        signal = sys::stop_requested() => ExitCode::from(128 + signal),
        outcome = work => ExitCode::from(outcome.status()),
    }
}
