//! `streams`: a tour of Node's streams in Rust, and a gzip for every core.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(status) = tour::run_as_lesson() {
        return status;
    }
    let command = match cli::parse() {
        Ok(command) => command,
        Err(status) => return status,
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return cli::fail(&error.into()),
    };
    let status = runtime.block_on(cli::run(command));
    // A read from a terminal or a pipe may never return: nobody waits for it.
    runtime.shutdown_background();
    status
}
