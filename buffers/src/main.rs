//! `buffers`: a tour of Node's Buffer in Rust, a hex dump and a converter between encodings.

mod cli;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    tour::run_as_lesson().unwrap_or_else(cli::main)
}
