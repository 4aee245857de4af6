//! `clustering`: a web server with a worker for each core, and a tour of Node's `cluster` in Rust.

mod cli;
mod stage;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
