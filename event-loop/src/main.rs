//! `event-loop`: a tour of Node's event loop in Rust, and a player for programs that show its order.

mod cli;
mod console;
mod tour;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
