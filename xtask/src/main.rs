//! `cargo xtask`: checks what the crates promise.
//!
//! Read `cases` for what is checked, `run` for how it is run, `judge` for which side is wrong.

#[macro_use]
mod output;

mod bench;
mod cases;
mod exit_error;
mod judge;
mod run;
mod tidy;
mod verbs;

use std::process::ExitCode;

use clap::Parser;

use crate::exit_error::ExitError;
use crate::run::interrupt;
use crate::verbs::{bless, book, ci, copy, list, standalone, verify};

/// Checks what the crates of this workspace promise
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Exit status: 0 ok, 1 something failed, 2 wrong usage or a wrong bench file, 3 a required tool is missing, \
                  4 nothing matched, 101 build failed, 130 interrupted"
)]
enum Verb {
    /// Run every case on both sides and compare: Rust, its oracle, and the golden file
    Verify(verify::Options),
    /// Write golden files from the oracle
    Bless(bless::Options),
    /// Show crates, lessons, commands and oracles
    List(list::Options),
    /// Copy a crate into another project
    Copy(copy::Options),
    /// Prove that each crate survives being copied: alone, and in a foreign workspace
    Standalone(standalone::Options),
    /// Check the rules of this workspace on its files
    Tidy,
    /// Time ours against Node and other peers
    Bench(bench::Options),
    /// Make a site of lessons, references and tools
    Book(book::Options),
    /// Run all that must hold, one step after the other
    Ci(ci::Options),
}

fn main() -> ExitCode {
    let status = call(&Verb::parse()).unwrap_or_else(|error| {
        errln!("cargo xtask: {error:#}");
        let exit = error.downcast_ref::<ExitError>();
        exit.map_or(1, ExitError::status)
    });
    ExitCode::from(status)
}

fn call(verb: &Verb) -> anyhow::Result<u8> {
    interrupt::listen()?;
    run::sys::adopt_orphans()?;
    match verb {
        Verb::Verify(options) => verify::verify(options),
        Verb::Bless(options) => bless::bless(options),
        Verb::List(options) => list::list(options),
        Verb::Copy(options) => copy::copy(options),
        Verb::Standalone(options) => standalone::standalone(options),
        Verb::Tidy => tidy::tidy(),
        Verb::Bench(options) => bench::bench(options),
        Verb::Book(options) => book::book(options),
        Verb::Ci(options) => ci::ci(options),
    }
}
