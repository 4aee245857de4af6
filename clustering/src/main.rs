//! `clustering`: a web server with a worker for each core, and a tour of Node's `cluster` in Rust.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    tour::run_as_lesson().unwrap_or_else(cli::main)
}
