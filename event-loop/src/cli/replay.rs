//! `event-loop replay`: programs of the replay language, one after the other, each on a loop that has come to rest.
//!
//! Node's side is `golden/fixtures/replay.mjs`, the language is described in `golden/fixtures/replay.md`. Both print the same lines.

mod console;
mod interpreter;
mod parse;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use event_loop::{Builder, Clock};

pub use parse::Script;

/// What can be said about a replay.
#[derive(clap::Args)]
pub struct Args {
    /// The programs; `-` or none is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Wait for timers on the machine's clock, as Node does
    #[arg(long)]
    real_clock: bool,
}

/// Plays the file.
pub fn replay(args: &Args) -> anyhow::Result<ExitCode> {
    let file = args.file.as_deref().unwrap_or(Path::new("-"));
    let name = name_of(file);
    let script = parse(&name, &read(file)?)?;
    play(name, script, args.real_clock)
}

/// Plays a script that was read from a file of this name.
pub fn play(name: String, script: Script, real_clock: bool) -> anyhow::Result<ExitCode> {
    let clock = if real_clock {
        Clock::Real
    } else {
        Clock::Virtual
    };
    let exit = Builder::new()
        .clock(clock)
        .run_script(move || interpreter::start(&name, script));
    console::flush()?;
    Ok(exit.into_result().map(|_| ExitCode::SUCCESS)?)
}

/// Reads a script, or says what is wrong with it.
pub fn parse(name: &str, text: &str) -> anyhow::Result<Script> {
    let script = parse::parse(text);
    script.map_err(|wrong| anyhow::anyhow!("{name}:{wrong}"))
}

/// Returns how messages call a file.
pub fn name_of(file: &Path) -> String {
    if file == Path::new("-") {
        "stdin".into()
    } else {
        file.display().to_string()
    }
}

/// All of a file; `-` is stdin.
pub fn read(file: &Path) -> anyhow::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.with_context(|| name_of(file))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
