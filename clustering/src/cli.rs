//! The command line: what there is to say, and what is answered.

mod access_log;
mod address;
mod duration;
pub mod hello;
pub mod message;
mod pid_file;
mod serve;
pub mod side_by_side;
mod size;
mod status;

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clustering::{Error, Worker, is_primary};

use crate::tour;

/// Node's `cluster` in Rust: a web server with a worker for each core that loses no request when it is reloaded, and a tour in short lessons.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  clustering                                        the notes' example: `Handled by worker PID` on port 3000
  clustering serve -l 0.0.0.0:8080 -w 4             four workers on port 8080 of all addresses
  clustering serve -l 3000 -l unix:/run/app.sock    the same workers on a port and a Unix socket
  clustering serve -l 3000 -p shared                the quickest worker accepts
  clustering serve --admin 9100                     also /livez, /readyz, /metrics, /status and a page for people there
  clustering status --watch                         what the workers of that server do
  clustering demo                                   kills a worker, reloads, shuts down, and says what happens
  clustering tour                                   the lessons
  clustering tour killed reload                     two of them

Signals of a server: TERM, INT: all finish what they have (a second one: at once); QUIT: at once; HUP: new workers, one
after the other; USR2: a new version of the program beside this one, which then ends; USR1: its state on stderr; TTIN, TTOU: one more, one less. TERM to a worker: it finishes what it has, another takes its place.

Exit status: 0 done; 1 failed; 2 wrong usage; 128+n ended at once by signal n."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve `Handled by worker PID`, with a worker for each core
    Serve(Box<serve::Args>),
    /// Show what the workers of a running server do
    Status(status::Args),
    /// Kill a worker, reload, and shut down a small cluster, and say what happens
    Demo,
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
    /// Print both programs and the output instead of running the lesson
    #[arg(long)]
    code: bool,
    /// The lessons to run, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    if !is_primary() {
        return match work() {
            // Who killed the primary knows it; often the kernel ends us before we hear of it.
            Err(error) if matches!(error.downcast_ref(), Some(Error::Orphaned)) => {
                ExitCode::FAILURE
            }
            worked => finish(worked.map(|()| 0)),
        };
    }
    let args = match std::env::args_os().len() {
        // The notes' example: `node cluster.js`.
        0 | 1 => Cli::try_parse_from(["clustering", "serve"]),
        _ => Cli::try_parse(),
    };
    match args.map(|cli| cli.command) {
        Ok(Some(Command::Serve(args))) => block_on(serve::serve(*args)),
        Ok(Some(Command::Status(args))) => block_on(status::status(args)),
        Ok(Some(Command::Demo)) => finish(show_tour(&TourArgs {
            lessons: vec!["demo".to_owned()],
            ..TourArgs::default()
        })),
        Ok(Some(Command::Tour(args))) => finish(show_tour(&args)),
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => message::usage(&error),
    }
}

fn work() -> anyhow::Result<()> {
    hello::serve(Worker::from_env()?)
}

fn show_tour(args: &TourArgs) -> anyhow::Result<u8> {
    let mut out = std::io::stdout();
    if args.list {
        out.write_all(tour::list().as_bytes())?;
    } else {
        tour::run(&args.lessons, args.code, &mut out)?;
    }
    out.flush()?;
    Ok(0)
}

fn block_on(work: impl Future<Output = anyhow::Result<u8>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(anyhow::Error::from);
    finish(runtime.and_then(|runtime| runtime.block_on(work)))
}

fn finish(outcome: anyhow::Result<u8>) -> ExitCode {
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => message::report(&error),
    }
}
