//! `streams`: a tour of Node's streams in Rust, and a gzip for every core.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    match tour::run_as_lesson() {
        Some(status) => status,
        None => cli::main(),
    }
}
