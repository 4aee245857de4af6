//! The command line: what there is to say, and what is answered.

mod address;
mod bench;
mod duration;
mod hello;
mod message;
mod pid_file;
mod serve;
mod size;
mod status;

use std::future::Future;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use clustering::{Worker, is_primary};

/// Node's `cluster` in Rust: a web server with a worker for each core that loses no request when it is reloaded, and a tour in short lessons.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve `Handled by worker PID`, with a worker for each core
    Serve(serve::Args),
    /// Show what the workers of a running server do
    Status(status::Args),
    #[command(hide = true)]
    Bench(bench::Args),
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    if !is_primary() {
        return finish(
            Worker::from_env()
                .and_then(hello::serve)
                .map(|()| 0)
                .map_err(Into::into),
        );
    }
    let args = match std::env::args_os().len() {
        // The notes' example: `node cluster.js`.
        0 | 1 => Cli::try_parse_from(["clustering", "serve"]),
        _ => Cli::try_parse(),
    };
    match args.map(|cli| cli.command) {
        Ok(Some(Command::Serve(args))) => block_on(serve::serve(args)),
        Ok(Some(Command::Status(args))) => block_on(status::status(args)),
        Ok(Some(Command::Bench(args))) => finish(bench::bench(args)),
        Ok(None) => ExitCode::SUCCESS,
        Err(error) => message::usage(&error),
    }
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
