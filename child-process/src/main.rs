//! `child-process`: a tour of Node's `child_process` in Rust, and a runner for jobs that ends all that they start.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    tour::run_as_lesson().unwrap_or_else(cli::main)
}
