//! `event-loop`: a tour of Node's event loop in Rust, and a tracer of programs that run on one.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    tour::run_as_lesson().unwrap_or_else(cli::main)
}
