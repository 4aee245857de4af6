//! `streams`: a tour of Node's streams in Rust, and a gzip for every core.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    tour::run_as_lesson().unwrap_or_else(cli::main)
}
